import { element } from "./element.ts";
import { icon } from "./icons.ts";

export type MenuItem = {
  readonly label: string;
  readonly checked: boolean;
  readonly locked?: boolean | undefined;
  readonly choose: () => void;
};

/** An event for what `menuButton` returns: its items have changed. */
export const REFRESH = "refresh";

/** A button with a menu of radio items, as the ARIA Authoring Practices describe it. Locked items can be chosen too. */
export function menuButton(name: string, items: () => readonly MenuItem[]): HTMLElement {
  const box = element("div", { className: "has-menu" });
  const button = element("button", {
    type: "button",
    ariaLabel: name,
    title: name,
    ariaHasPopup: "menu",
    ariaExpanded: "false",
  });
  const menu = element("div", { className: "menu", role: "menu", ariaLabel: name, hidden: true });
  box.append(button, menu);

  const close = (isFocusKept: boolean) => {
    menu.hidden = true;
    button.ariaExpanded = "false";
    if (isFocusKept) button.focus();
  };
  const open = () => {
    menu.replaceChildren(...items().map((item) => itemElement(item, () => close(true))));
    menu.hidden = false;
    button.ariaExpanded = "true";
    (menu.querySelector<HTMLElement>("[aria-checked=true]") ?? (menu.firstElementChild as HTMLElement | null))?.focus();
  };
  box.addEventListener(REFRESH, () => menu.hidden || open());
  button.addEventListener("click", () => (menu.hidden ? open() : close(true)));
  button.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    open();
  });
  menu.addEventListener("keydown", (event) => {
    const all = [...menu.children] as HTMLElement[];
    const at = all.indexOf(event.target as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Escape") close(true);
    else if (event.key === "Tab") return close(false);
    else if (to === undefined) return;
    else all.at(to % all.length)?.focus();
    event.preventDefault();
  });
  // The keys of the player are not those of its menu.
  box.addEventListener("keydown", (event) => event.stopPropagation());
  box.addEventListener("focusout", ({ relatedTarget }) => {
    if (!menu.hidden && !box.contains(relatedTarget as Node | null)) close(false);
  });
  return box;
}

function itemElement({ label, checked, locked, choose }: MenuItem, close: () => void): HTMLElement {
  const item = element("button", { type: "button", role: "menuitemradio", ariaChecked: String(checked), tabIndex: -1 });
  item.append(element("span", { textContent: label }));
  if (locked === true) {
    item.dataset.locked = "";
    item.ariaLabel = `${label}, locked`;
    item.append(icon("lock"));
  }
  item.addEventListener("click", () => {
    close();
    choose();
  });
  return item;
}
