-- Days by the state of their bill, of the clusters that any bill names. $start, $end: days.
SELECT cluster, bill_state, count(*) AS days
FROM reconciled_day
WHERE window_start >= $start AND window_start < $end
    AND cluster IN (SELECT cluster FROM reconciled_asset WHERE outcome <> 'unbilled')
GROUP BY cluster, bill_state
ORDER BY cluster, bill_state;
