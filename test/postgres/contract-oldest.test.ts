import { inject } from "vitest";
import { describePersistence } from "../contract/describe-persistence.ts";
import { openTestDatabase } from "./pg-persistence.ts";

const { open } = await openTestDatabase(inject("postgresOldest"));
describePersistence("Postgres 15", open);
