-- Each trigger stands on one line with BEGIN and END in capitals: D1's remote endpoint splits a migration at semicolons,
-- and knows the inside of a trigger only by these words.
CREATE TRIGGER `audit_event_is_never_changed` BEFORE UPDATE ON `audit_event` BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER `audit_event_is_kept` BEFORE DELETE ON `audit_event` WHEN OLD.`keep_until` > unixepoch() * 1000 BEGIN SELECT RAISE(ABORT, 'audit_event is still to be kept'); END;
--> statement-breakpoint
-- INSERT OR REPLACE would delete a row without asking the trigger above. The first row of an id stays.
CREATE TRIGGER `audit_event_is_never_replaced` BEFORE INSERT ON `audit_event` WHEN EXISTS (SELECT 1 FROM `audit_event` WHERE `id` = NEW.`id`) BEGIN SELECT RAISE(IGNORE); END;
