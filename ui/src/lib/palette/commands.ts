/**
 * What can be done from the palette. A command with a key comes from the table of keys, and is there only while somebody
 * would do it; the others are what the window always can, and where one can go.
 */
import { canDo, doAct, type ActName } from "$lib/acts";
import { capsOf, doKey, keyWorks, type KeyName } from "$lib/keys";
import { m } from "$lib/paraglide/messages.js";
import { create } from "$lib/rail/create.svelte";
import type { Place, Places, Status } from "$lib/rpc/types";
import { search } from "$lib/search/search.svelte";
import { samePlace, selection } from "$lib/selection.svelte";
import { settingsPlace, type SettingsPart } from "$lib/settings/place.svelte";
import { settings } from "$lib/settings/settings.svelte";
import * as icon from "$lib/shared/icons";
import { findIn } from "$lib/shared/find";
import type { Mark } from "$lib/shared/marks";
import { member } from "$lib/session.svelte";

type Icon = typeof icon.SearchIcon;

/** Something that can be done. */
export interface Command {
  id: string;
  label: string;
  icon: Icon;
  caps: string[];
  run: () => void;
}

/** A command, and where in its name what was typed is. */
export interface FoundCommand {
  command: Command;
  marks: Mark[];
}

interface Now {
  places: Places | undefined;
  status: Status | undefined;
}

const byKey: ReadonlyArray<readonly [KeyName, () => string, Icon]> = [
  ["reply", m.key_reply, icon.SendIcon],
  ["assign", () => (member.can("assign_others") ? m.palette_assign() : m.key_assign()), icon.AssignIcon],
  ["close", m.key_close, icon.CheckIcon],
  ["tag", m.key_tag, icon.TagIcon],
  ["history", m.key_history, icon.HistoryIcon],
  ["pin", m.key_pin, icon.PinIcon],
  ["undo", m.key_undo, icon.ReopenIcon],
];
const help: ReadonlyArray<readonly [KeyName, () => string, Icon]> = [
  ["guide", m.key_guide, icon.GuideIcon],
  ["help", m.key_help, icon.KeyboardIcon],
  ["zoom_in", m.key_zoom_in, icon.ZoomInIcon],
  ["zoom_out", m.key_zoom_out, icon.ZoomOutIcon],
  ["zoom_reset", m.key_zoom_reset, icon.ResetIcon],
];
const byAct: ReadonlyArray<readonly [ActName, () => string, Icon]> = [
  ["favorite", m.palette_favorite, icon.FavoriteIcon],
  ["date", m.thread_jump, icon.CalendarIcon],
  ["sort", m.palette_sort, icon.SortIcon],
  ["filter", m.palette_filter, icon.FilterIcon],
];
const themes = [
  ["system", m.settings_theme_system, icon.SystemIcon],
  ["light", m.settings_theme_light, icon.LightIcon],
  ["dark", m.settings_theme_dark, icon.DarkIcon],
] as const;
const parts: ReadonlyArray<readonly [SettingsPart, () => string, Icon]> = [
  ["notifications", m.settings_notifications, icon.BellRingIcon],
  ["appearance", m.settings_appearance, icon.AppearanceIcon],
  ["shortcuts", m.settings_shortcuts, icon.KeyboardIcon],
];

const keyed = (rows: typeof byKey): Command[] =>
  rows.filter(([name]) => keyWorks(name)).map(([name, label, of]) => ({ id: `key:${name}`, label: label(), icon: of, caps: capsOf(name), run: () => doKey(name) }));

/** Goes to a list, from the settings too. */
function go(to: () => void): () => void {
  return () => {
    settingsPlace.leave();
    to();
  };
}

function placesToGo({ places, status }: Now): Command[] {
  const to = (place: Place, name: string, of: Icon): Command[] =>
    samePlace(selection.place, place) && selection.attention === null && !selection.searching
      ? []
      : [{ id: `go:${JSON.stringify(place)}`, label: m.palette_go({ name }), icon: of, caps: [], run: go(() => void selection.openPlace(place)) }];
  const attention = (status?.failed ?? 0) + (status?.held ?? 0) > 0;
  return [
    ...(places?.inboxes ?? []).flatMap((inbox) => [
      ...to({ place: "inbox", id: inbox.id }, inbox.name, icon.InboxIcon),
      ...inbox.channels.flatMap((one) => to({ place: "channel", id: one.id }, m.palette_channel({ channel: one.name, inbox: inbox.name }), icon.InboxIcon)),
    ]),
    ...(places?.numbers ?? []).flatMap((one) => to({ place: "channel", id: one.id }, one.name, icon.NumberIcon)),
    ...((places?.direct.length ?? 0) > 0 ? to({ place: "direct" }, m.list_direct(), icon.PersonIcon) : []),
    ...((places?.teams.length ?? 0) > 0 ? to({ place: "team" }, m.list_team(), icon.TeamIcon) : []),
    ...(attention ? [{ id: "go:attention", label: m.palette_go({ name: m.attention_title() }), icon: icon.AttentionIcon, caps: [], run: go(() => selection.openAttention("you")) }] : []),
    ...((status?.waiting ?? 0) > 0 ? [{ id: "go:waiting", label: m.palette_go({ name: m.attention_tab_waiting() }), icon: icon.WaitingIcon, caps: [], run: go(() => selection.openAttention("waiting")) }] : []),
  ];
}

/** Everything that can be done now, the most useful first. */
export function commandsNow(now: Now): Command[] {
  const acts = byAct.filter(([name]) => canDo(name)).map(([name, label, of]): Command => ({ id: `act:${name}`, label: label(), icon: of, caps: [], run: () => doAct(name) }));
  return [
    { id: "search", label: m.search_field(), icon: icon.SearchIcon, caps: capsOf("search"), run: go(() => search.start()) },
    ...keyed(byKey),
    ...(member.can("create_direct_chat") ? [{ id: "direct", label: m.rail_new_direct(), icon: icon.PersonIcon, caps: [], run: go(() => (create.direct = true)) }] : []),
    { id: "team", label: m.rail_new_team(), icon: icon.TeamIcon, caps: [], run: go(() => (create.team = true)) },
    ...keyed([["create", m.key_create, icon.AddIcon]]),
    ...acts,
    ...placesToGo(now),
    { id: "quiet", label: m.palette_quiet(), icon: icon.SilentIcon, caps: [], run: () => settingsPlace.open("notifications") },
    ...themes.filter(([theme]) => theme !== settings.current.theme).map(([theme, name, of]): Command => ({ id: `theme:${theme}`, label: m.palette_theme({ name: name() }), icon: of, caps: [], run: () => void settings.change({ theme }) })),
    ...parts.map(([part, name, of]): Command => ({ id: `settings:${part}`, label: m.palette_settings({ name: name() }), icon: of, caps: part === "appearance" ? capsOf("settings") : [], run: () => settingsPlace.open(part) })),
    ...keyed(help),
    ...(canDo("sign_out") ? [{ id: "act:sign_out", label: m.palette_sign_out(), icon: icon.SignOutIcon, caps: [], run: () => doAct("sign_out") }] : []),
  ];
}

/** Those whose name has all that was typed, where it begins words before where it is within one. */
export function findCommands(commands: readonly Command[], typed: string): FoundCommand[] {
  const begin: FoundCommand[] = [];
  const within: FoundCommand[] = [];
  for (const command of commands) {
    const marks = findIn(command.label, typed);
    const also = marks ?? findIn(command.label, typed, true);
    if (also !== null) (marks === null ? within : begin).push({ command, marks: also });
  }
  return [...begin, ...within];
}
