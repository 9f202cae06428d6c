import { postsRoute } from "./posts/route.ts";

export const EDITOR_ROUTES = [postsRoute] as const;
