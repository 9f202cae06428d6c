import { inject } from "vitest";
import { describeOnPostgres } from "./describe-on-postgres.ts";

await describeOnPostgres("Postgres 15", inject("postgresOldest"));
