// Times are said as kit/times.py says them: 14:02, Yesterday, Tuesday, 13 Nov, 13 Nov 2025; refreshed as the day goes on.
import { whenever } from "./page.js";
import { words } from "./words.js";

const zone = document.documentElement.dataset.zone || undefined;
const calendar = words.calendar;
const parts = new Intl.DateTimeFormat("en-GB", {
  timeZone: zone, year: "numeric", month: "numeric", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** The calendar day and clock time of `moment` in the viewer's zone. */
export function inZone(moment) {
  const found = Object.fromEntries(parts.formatToParts(moment).map(({ type, value }) => [type, value]));
  return {
    year: Number(found.year), month: Number(found.month), day: Number(found.day),
    weekday: WEEKDAYS.indexOf(found.weekday), time: `${found.hour}:${found.minute}`,
    ordinal: Math.round(Date.UTC(found.year, found.month - 1, found.day) / 86_400_000),
  };
}

/** `moment` as said now: forms short (14:02, Yesterday), long (Yesterday 14:02), day. */
export function say(moment, form = "short", now = new Date()) {
  const then = inZone(moment);
  const today = inZone(now);
  const age = today.ordinal - then.ordinal;
  const date = `${then.day}\u00a0${calendar.months[then.month - 1]}`;
  const day =
    age === 0 ? calendar.today
    : age === 1 ? calendar.yesterday
    : age > 1 && age < 7 ? calendar.days[then.weekday]
    : then.year === today.year ? date
    : `${date}\u00a0${then.year}`;
  if (form === "day") return day;
  if (form === "long") return age === 0 ? `${day}\u00a0${then.time}` : `${day} ${then.time}`;
  return age === 0 ? then.time : day;
}

function refresh(node) {
  const moment = new Date(node.dateTime);
  if (Number.isNaN(moment.getTime())) return;
  const text = say(moment, node.dataset.when);
  if (node.textContent !== text) node.textContent = text;
}

if (calendar) {
  whenever("time[data-when]", refresh);
  setInterval(() => document.querySelectorAll("time[data-when]").forEach(refresh), 30_000);
  addEventListener("pageshow", () => document.querySelectorAll("time[data-when]").forEach(refresh));
}
