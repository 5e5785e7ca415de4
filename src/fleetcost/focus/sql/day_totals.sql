-- What the rows of a day's file cost, by currency and price state. {file}: it.
SELECT BillingCurrency, x_PriceState, count(*), sum(BilledCost)::VARCHAR, sum(EffectiveCost)::VARCHAR, sum(ListCost)::VARCHAR,
    sum(ContractedCost)::VARCHAR
FROM read_parquet({file})
GROUP BY BillingCurrency, x_PriceState
ORDER BY BillingCurrency, x_PriceState
