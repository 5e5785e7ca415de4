-- Cluster, window and currency of a file's rows. $clusters, $starts, $ends, $currencies: what is known of each file, in
-- their order. The engine numbers the files of a list from 0, in its order, and the number is one value for all its rows.
$clusters[(file_index + 1)::BIGINT] AS cluster,
    $starts[(file_index + 1)::BIGINT] AS window_start,
    $ends[(file_index + 1)::BIGINT] AS window_end,
    $currencies[(file_index + 1)::BIGINT] AS currency
