import { describePersistence } from "../../contract/describe-persistence.ts";
import { openD1Persistence } from "../support/d1-persistence.ts";

describePersistence("D1", openD1Persistence);
