import type { NavigationEntry } from "../shell/navigation.ts";

export const EDITOR_NAVIGATION: readonly NavigationEntry[] = [{ to: "/posts", label: "Posts", scope: "posts:read" }];
