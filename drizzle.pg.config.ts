import { defineConfig } from "drizzle-kit";

/** `npx drizzle-kit generate --config drizzle.pg.config.ts --name <what-changes>` after a change of the schema. */
export default defineConfig({
  dialect: "postgresql",
  schema: "./shared/persistence/pg/schema",
  out: "./migrations/pg",
});
