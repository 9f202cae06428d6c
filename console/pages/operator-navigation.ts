import type { NavigationEntry } from "../shell/navigation.ts";

export const OPERATOR_NAVIGATION: readonly NavigationEntry[] = [];
