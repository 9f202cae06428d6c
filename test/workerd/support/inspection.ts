import { inspectD1 } from "../../inspection/d1.ts";
import { testEnv } from "./test-env.ts";

/** The database of the test file, for what no port shows and no code of ours does. */
export const database = inspectD1(testEnv.DB);
