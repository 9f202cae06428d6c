import { describeFencedSaves } from "../contract/fenced-saves.ts";
import { describeVideoPostRoundTrip } from "../contract/video-post-round-trip.ts";
import { describeVideoPostSaves } from "../contract/video-post-saves.ts";
import { openD1Persistence } from "./d1-persistence.ts";

describeVideoPostRoundTrip("D1", openD1Persistence);
describeVideoPostSaves("D1", openD1Persistence);
describeFencedSaves("D1", openD1Persistence);
