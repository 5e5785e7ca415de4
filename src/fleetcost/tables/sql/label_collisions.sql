-- Numbers that stand for two different label sets: none, unless two hashes of 64 bits are equal by chance.
SELECT label_set
FROM (SELECT label_set, proof FROM new_label_set UNION ALL
    SELECT o.label_set, o.proof FROM label_set AS o SEMI JOIN new_label_set AS n ON n.label_set = o.label_set)
GROUP BY label_set
HAVING min(proof) <> max(proof)
LIMIT 1;
