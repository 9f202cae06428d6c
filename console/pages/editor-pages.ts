import { postRoute } from "./post/route.ts";
import { postsRoute } from "./posts/route.ts";
import { rotationRoute, rotationsRoute } from "./rotations/route.ts";
import { tokensRoute } from "./tokens/route.ts";
import { uploadRoute } from "./upload/route.ts";

export const EDITOR_ROUTES = [postsRoute, postRoute, uploadRoute, tokensRoute, rotationsRoute, rotationRoute] as const;
