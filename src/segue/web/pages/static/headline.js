// What a report of Home says, in a line each.

import { against, known, range, share } from "./figures.js";

export const BASE = "popularity"; // what the log calls the control group's page
const BEST = "greedy"; // and the page of a Home that does not explore

/** The row of the policy in use: without exploring the log has another name for it. */
export function inUse(report) {
  const named = (name) => report.policies.find((p) => p.policy === name);
  return (report.exploring ? null : named(BEST)) ?? named(report.policy);
}

/** What Home is worth, in a line. */
export function headline(report) {
  const own = inUse(report);
  if (!own) return report.pages ? `${report.policy} has shown no page yet` : "No page has been shown yet";
  const base = own.policy === BASE ? null : report.policies.find((p) => p.policy === BASE);
  const more = base ? against(own.streams, base.streams, BASE) : null;
  const said = range(own.streams);
  return `${own.policy}: ${said.mean} ${said.mean === "1" ? "stream" : "streams"} a page${said.interval ? ` (${said.interval})` : ""}${more ? `, ${more}` : ""}`;
}

export function exploring(report) {
  const own = inUse(report);
  if (!report.exploring) return "Exploring is off: Home shows what it holds best, and the log says so.";
  return `Exploring is on${own && known(own.explored) ? `: ${share(own.explored)} of its choices were not what the ranker holds best` : ""}.`;
}
