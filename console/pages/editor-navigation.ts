import type { NavigationEntry } from "../shell/navigation.ts";

export const EDITOR_NAVIGATION: readonly NavigationEntry[] = [
  { to: "/posts", label: "Posts", scope: "posts:read" },
  { to: "/upload", label: "New post", scope: "posts:write" },
  { to: "/tokens", label: "Tokens", scope: "access:write" },
  { to: "/rotations", label: "Key rotation", scope: "keys:rotate" },
];
