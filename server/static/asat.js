// The date slider says the day that it stands on while it is dragged, and goes there when let go.
"use strict";

const slider = document.querySelector("[data-day-slider]");
if (slider) {
  const said = document.querySelector("[data-day-said]");
  const field = document.querySelector("#a-date");
  const words = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  // Days are counted as in the address: 1 is 1 January of the year 1 (proleptic Gregorian).
  const EPOCH = 719163;
  const show = () => {
    const day = new Date((Number(slider.value) - EPOCH) * 86400000);
    const text = words.format(day);
    said.textContent = text;
    slider.setAttribute("aria-valuetext", text);
    field.value = day.toISOString().slice(0, 10);
  };
  slider.addEventListener("input", show);
  let last = slider.value, waiting = 0;
  const go = () => { if (slider.value !== last) { last = slider.value; slider.form.requestSubmit(); } };
  // With the keyboard each step is a change: wait until the hand rests.
  slider.addEventListener("change", () => { clearTimeout(waiting); waiting = setTimeout(go, 600); });
  slider.addEventListener("pointerup", () => { clearTimeout(waiting); setTimeout(go, 0); });
  show();
}
