-- Condition: rows whose times and numbers can be; one that cannot be ends the statement. {impossible}: whether it cannot;
-- {refusal}: what the error says. A branch of CASE is evaluated for the rows alone that come to it.
WHERE CASE WHEN {impossible} THEN error('{refusal}')::BOOLEAN ELSE TRUE END
