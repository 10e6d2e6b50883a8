"""What the readers of feeds, RDF, Akoma Ntoso and JSON drop by decision; ``loss`` adds it to its own."""

from __future__ import annotations

OTHER_FORMATS = {
    "how a list is paged and narrowed; rel=next leads on": (
        "openSearch:(Query|itemsPerPage|startIndex)(@.*)?|leg:(page|morePages|totalPages)"
        "|leg:facet.*|atom:(generator|icon|logo|rights|subtitle)(@.*)?"
    ),
    "when and how the site published a file, not the law": (
        "atom:(published|updated|contributor)(@.*)?|pbl:.*|atom:(content|title|summary|name|uri"
        "|email|author|category)(@.*)?|atom:entry|html:.*"
    ),
    "how text looks in Akoma Ntoso: the text stays on legislation.gov.uk": (
        "akn:(p|blockContainer|abbr|content|intro|wrapUp|wrap|block|inline|span|b|i|u|sup|sub|a|br|img|term|def|ref|rref"
        "|noteRef|authorialNote|ins|del|mod|quotedText|quotedStructure|embeddedStructure|level|list"
        "|point|indent|subparagraph|subsection|clause|subclause|tblock|table|tr|td|th|caption|ol|ul"
        "|li|item|blockList|listIntroduction|listWrapUp|foreign|toc|tocItem|formula|docDate|docTitle"
        "|docNumber|docStage|docStatus|docProponent|docType|docPurpose|docIntroducer|docketNumber"
        "|date|person|organization|location|role|signature|longTitle|preface|preamble|recitals?"
        "|citations?|conclusions|container|componentRef|num|heading|subheading|shortTitle|crossHeading"
        "|coverPage|header|remark|omissis|placeholder|fillIn|eop|eol|mmod|mref|concept|object|event"
        "|process|quantity|entity|affectedDocument|relatedDocument|change|neutralCitation|party"
        "|judge|lawyer|opinion|argument|narrative|summary|session|vote|outcome|background)(@.*)?"
    ),
    "wrappers and housekeeping of Akoma Ntoso": (
        "akn:(akomaNtoso|act|bill|doc|statement|documentCollection|collectionBody|component|components"
        "|meta|identification|FRBRManifestation|FRBRItem|FRBRauthor|FRBRcountry|FRBRname"
        "|FRBRprescriptive|FRBRauthoritative|FRBRformat|FRBRsubtype|FRBRportion|FRBRversionNumber"
        "|FRBRtranslation|FRBRalias|FRBRuri|lifecycle|analysis|otherAnalysis|restrictions|temporalData"
        "|references|notes|proprietary|attachments?|body|mainBody|publication|classification|keyword"
        "|workflow|step|presentation|activeModifications|passiveModifications|textualMod|source"
        "|destination|force|efficacy|application|duration|TLC\\w+|activeRef|passiveRef|original"
        "|hasAttachment|attachmentOf|jurisprudence)(@.*)?|akn:.*@.*"
    ),
    "what legislation.gov.uk adds to Akoma Ntoso beside what is read": (
        "\\{https://www\\.legislation\\.gov\\.uk/namespaces/UK-AKN\\}.*"
    ),
    "files of one version (manifestations), and links that say the same again": (
        "rdf:(frbr:(Manifestation|embodiment|embodimentOf|realization|Work|Expression)"
        "|metalex:(embodies|embodiedBy|realizedBy|Bibliographic\\w+|variant|patientOf|matterOf)"
        "|foaf:(isPrimaryTopicOf|primaryTopic)|dct:(hasFormat|isFormatOf|format|type|license|IMT"
        "|identifier|isVersionOf|MediaTypeOrExtent|language)|rdfs:(isDefinedBy|seeAlso|label)|rdf:.*"
        "|dct:publisher)"
    ),
    "how pages of lgu2 show a law, and files beside it": (
        "json:(.*\\.)?(html|formats|altFormats|associated|alternatives|has|schedules|pointInTime"
        "|upToDate|prevInfo|nextInfo|prev|next|up|label|ref|size|thumbnail|language|longTitle|links"
        "|counts|pageSize|totalPages|page|updated|itemsPerPage|startIndex|morePages|author|published"
        "|query|subjects|byType|byYear|byInitial|cite|error|rawEffects|upToDateEffects|outstanding"
        "|required|entries|content|effect)(\\..*)?"
    ),
    "effects as prose for a page, without ids; the raw list and the feeds have them": (
        "json:(unappliedEffects|ancestor|fragment|commencement|source|target|provisions)\\..*"
        "|json:contents\\.introduction"
    ),
}
"""Patterns of names that are dropped by decision, by reason (as ``loss.DROPPED``)."""
