"""One effect: provisions, ranges, dates in force, in today's form and the older one."""

from law_support import FIXTURES, ID
from lxml import etree

from reformgraph.ingest.law.model import Effect, InForce, Reference
from reformgraph.ingest.law.readers.effect_element import SAME, Effects, effect
from reformgraph.ingest.law.xml import UKM, events

LAW = f"{ID}ukpga/2099/901"


def made(attributes: str, inner: str = "") -> Effect:
    """Read one invented ukm:Effect."""
    return effect(effect_of(attributes, inner))


def effect_of(attributes: str, inner: str = "") -> etree._Element:
    namespace = UKM.strip("{}")
    return etree.fromstring(f'<u:Effect xmlns:u="{namespace}" {attributes}>{inner}</u:Effect>')


def of_the_act() -> Effect:
    content = (FIXTURES / "act-2099.xml").read_bytes()
    (found,) = (
        effect(element)
        for _, element in events(content, "act", ("end",), [f"{UKM}UnappliedEffect"])
    )
    return found


def test_the_id_is_effect_id_not_the_uri() -> None:
    assert of_the_act().id == "invented-1"
    assert made(f'URI="{ID}effect/invented-9"').id == "invented-9"


def test_a_law_without_uri_comes_from_class_year_and_number() -> None:
    found = of_the_act()
    assert (found.affecting_law, found.affected_law) == (f"{ID}uksi/2100/950", LAW)
    assert found.affecting == (Reference(f"{ID}uksi/2100/950/regulation/5", text="reg. 5"),)


def test_hazard_107_ranges_lists_and_what_only_leads_to_the_next() -> None:
    assert of_the_act().affected == (
        Reference(f"{LAW}/section/1A", text="s. 1A", missing=True),
        Reference(
            f"{LAW}/schedule/1/paragraph/2",
            f"{LAW}/schedule/1/paragraph/4",
            "Sch. 1 paras. 2-4",
        ),
    )


def test_hazard_107_several_dates_in_force_prospective_and_qualified() -> None:
    first, second = of_the_act().in_force
    assert first == InForce(prospective=True, applied=False)
    assert (second.day, second.qualification, second.applied) == (
        ("2100-10-01", "for paraffin lanterns", True)
    )
    assert second.law == f"{ID}uksi/2100/951"
    assert second.commencing == (Reference(f"{ID}uksi/2100/951/article/2", text="art. 2"),)


def test_titles_in_welsh_and_extents_in_words() -> None:
    found = of_the_act()
    assert found.affected_title == "Lantern Keepers Act 2099"
    assert found.affected_title_cy == "Deddf Ceidwaid Llusernau 2099"
    assert found.affecting_extent == SAME
    assert (found.applied, found.required) == (None, True)


def test_an_old_effect_has_its_provisions_in_the_attributes() -> None:
    found = made(
        f'EffectId="invented-2" Type=" repealed " Applied="true" AffectedURI="{LAW}/section/1" '
        f'AffectedUpTo="{LAW}/section/3" AffectingURI="{ID}ukpga/2100/2" '
        'AffectingSectionRef="schedule-2" AffectedProvisions="ss. 1-3" '
        f'CommencingURI="{ID}uksi/2100/3/article/4" Date="2100-05-05"'
    )
    assert (found.type, found.applied) == ("repealed", True)
    assert found.affected == (Reference(f"{LAW}/section/1", f"{LAW}/section/3", "ss. 1-3"),)
    assert found.affected_law == LAW
    assert found.affecting[0].iri == f"{ID}ukpga/2100/2/schedule/2"
    assert found.in_force[0].day == "2100-05-05"
    assert found.in_force[0].commencing[0].iri == f"{ID}uksi/2100/3/article/4"


def test_hazard_107_the_whole_act_and_an_unknown_type_are_kept_as_text() -> None:
    found = made(f'AffectedURI="{LAW}" AffectedProvisions="Act" Type="substututed"')
    assert (found.affected, found.affected_text, found.type) == ((), "Act", "substututed")


def test_a_commencement_order_names_the_law_that_it_commences() -> None:
    inner = (
        f'<u:Commenced>commencement order for <u:Citation URI="{ID}ukpga/2098/5">2098 c. 5'
        "</u:Citation></u:Commenced>"
    )
    assert made("", inner).commenced == (Reference(f"{ID}ukpga/2098/5", text="2098 c. 5"),)


def test_what_leads_on_stays_before_each_that_it_leads_to() -> None:
    inner = "".join(
        f'<u:Section URI="{LAW}/{path}">{text}</u:Section> '
        for path, text in (
            ("schedule/4", "Sch. 4"),
            ("schedule/4/paragraph/2", "para. 2"),
            ("schedule/4/paragraph/6", "6"),
            ("schedule/5", "Sch. 5"),
        )
    )
    found = made("", f"<u:AffectedProvisions>{inner}</u:AffectedProvisions>").affected
    assert [one.text for one in found] == ["Sch. 4 para. 2", "Sch. 4 6", "Sch. 5"]


def test_a_provision_counts_in_wrappers_of_its_list_and_nowhere_else() -> None:
    inner = (
        f'<u:AffectedProvisions><w><u:Section URI="{LAW}/section/1">s. 1</u:Section></w>'
        f'<u:SectionRange URI="{LAW}/section/2" UpTo="{LAW}/section/4">'
        f'ss. <u:Section URI="{LAW}/section/2">2</u:Section>-4</u:SectionRange></u:AffectedProvisions>'
        f'<u:Savings/><w><u:Section URI="{LAW}/section/9"/></w><u:Section URI="{LAW}/section/8"/>'
    )
    found = made("", inner)
    assert [(one.iri, one.end, one.text) for one in found.affected] == [
        (f"{LAW}/section/1", "", "s. 1"),
        (f"{LAW}/section/2", f"{LAW}/section/4", "ss. 2-4"),
    ]
    assert found.savings == ()


def test_one_effect_leaves_nothing_in_the_next() -> None:
    reader = Effects()
    first = effect_of(
        f'AffectedURI="{LAW}" Date="2100-01-01"', "<u:AffectedTitle>A</u:AffectedTitle>"
    )
    assert reader.read(first).in_force[0].day == "2100-01-01"
    second = reader.read(effect_of(f'AffectedURI="{LAW}"'))
    assert (second.in_force, second.affected_title) == ((), "")
