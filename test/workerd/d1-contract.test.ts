import { describeClaims } from "../contract/claims.ts";
import { describeContentKeys } from "../contract/content-keys.ts";
import { describeFailingJobs } from "../contract/failing-jobs.ts";
import { describeFencedSaves } from "../contract/fenced-saves.ts";
import { describeHeldJobs } from "../contract/held-jobs.ts";
import { describePlaybackTokens } from "../contract/playback-tokens.ts";
import { describeVideoPostRoundTrip } from "../contract/video-post-round-trip.ts";
import { describeVideoPostSaves } from "../contract/video-post-saves.ts";
import { openD1Persistence } from "./d1-persistence.ts";

describeVideoPostRoundTrip("D1", openD1Persistence);
describeVideoPostSaves("D1", openD1Persistence);
describeFencedSaves("D1", openD1Persistence);
describeClaims("D1", openD1Persistence);
describeHeldJobs("D1", openD1Persistence);
describeFailingJobs("D1", openD1Persistence);
describeContentKeys("D1", openD1Persistence);
describePlaybackTokens("D1", openD1Persistence);
