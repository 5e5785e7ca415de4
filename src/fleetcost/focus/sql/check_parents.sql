-- Prices that are of more than one SKU.
WITH prices AS (
    SELECT SkuPriceId AS price FROM checked WHERE SkuPriceId IS NOT NULL
    GROUP BY ProviderName, SkuPriceId HAVING count(DISTINCT SkuId) > 1
)
SELECT count(*), min(price) FROM prices
