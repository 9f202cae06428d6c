/* The entry that defines `<ladderlock-video>` where it is imported. */
import { defineLadderlockVideo } from "./ladderlock-video.ts";

export { defineLadderlockVideo, LadderlockVideo } from "./ladderlock-video.ts";

defineLadderlockVideo();
