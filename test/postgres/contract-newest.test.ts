import { inject } from "vitest";
import { describePersistence } from "../contract/describe-persistence.ts";
import { openTestDatabase } from "./pg-persistence.ts";

const { open } = await openTestDatabase(inject("postgresNewest"));
describePersistence("Postgres 18", open);
