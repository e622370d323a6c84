-- ClickBench's table of 105 columns with made-up rows that its queries have something to do with:
-- skewed keys, mostly empty texts, a month of days, counter 62. The same rows every time.
CREATE OR REPLACE MACRO of(i, k, n) AS (hash(i * 1000 + k) % n)::bigint;  -- even, below n
CREATE OR REPLACE MACRO few(i, k, n) AS  -- skewed: an eighth of the values have half of the rows
  floor(pow((hash(i * 1000 + k) % 16777216)::double / 16777216, 3) * n)::bigint;
CREATE OR REPLACE MACRO wide(i, k) AS (hash(i * 1000 + k) >> 1)::bigint;
CREATE OR REPLACE MACRO clicked(i) AS
  timestamp '2013-07-01' + (hash(i * 1000 + 901) % 2678400)::int * interval '1 second';
CREATE OR REPLACE MACRO site(i, k) AS
  (['http://example.ru/', 'https://www.market.test/', 'http://auto.news.test/',
    'http://mail.google.test/', 'https://images.yandex.test/', 'http://video.test/',
    'http://www.wiki.test/', 'https://forum.kino.test/'])[1 + few(i, k, 8)];
CREATE OR REPLACE MACRO url(i) AS
  site(i, 902) || 'show/' || few(i, 903, 900000) || '?page=' || of(i, 904, 40)
  || CASE WHEN of(i, 905, 90) = 0 THEN '&from=google' ELSE '&lang=ru' END;
CREATE OR REPLACE MACRO referer(i) AS CASE WHEN of(i, 906, 5) = 0 THEN ''
  ELSE site(i, 907) || 'ref/' || few(i, 908, 600000) || '/index.html' END;
CREATE OR REPLACE MACRO title(i) AS CASE WHEN of(i, 909, 8) = 0 THEN ''
  WHEN of(i, 910, 60) = 0 THEN 'Google and page ' || few(i, 911, 50000)
  ELSE 'A page of the site with a title, number ' || few(i, 911, 500000) END;
CREATE OR REPLACE MACRO searched(i) AS of(i, 912, 8) = 0;
CREATE OR REPLACE MACRO phrase(i) AS
  (['how to', 'buy', 'weather in', 'film', 'recipe of'])[1 + of(i, 913, 5)] || ' '
  || few(i, 914, 300000);
CREATE OR REPLACE MACRO phone(i) AS CASE WHEN of(i, 915, 18) = 0 THEN 1 + few(i, 916, 80) ELSE 0 END;
CREATE TABLE hits AS SELECT
  (wide(i, 1))::bigint AS WatchID,
  (of(i, 1, 2))::smallint AS JavaEnable,
  (title(i))::text AS Title,
  (1)::smallint AS GoodEvent,
  (clicked(i))::timestamp AS EventTime,
  (clicked(i)::date)::date AS EventDate,
  (CASE WHEN of(i, 2, 20) = 0 THEN 62 ELSE few(i, 3, 6500) END)::integer AS CounterID,
  (few(i, 4, 900000) * 2311 - 1000000000)::integer AS ClientIP,
  (few(i, 5, 9000))::integer AS RegionID,
  (CASE WHEN of(i, 6, 1000000) < 2 THEN 435090932899640449 ELSE wide(few(i, 7, 1000000), 8) END)::bigint AS UserID,
  (of(i, 21, 2))::smallint AS CounterClass,
  (few(i, 22, 90))::smallint AS OS,
  (few(i, 23, 80))::smallint AS UserAgent,
  (url(i))::text AS URL,
  (referer(i))::text AS Referer,
  ((of(i, 24, 8) = 0)::int)::smallint AS IsRefresh,
  (few(i, 25, 12))::smallint AS RefererCategoryID,
  (few(i, 26, 5000))::integer AS RefererRegionID,
  (few(i, 27, 12))::smallint AS URLCategoryID,
  (few(i, 28, 5000))::integer AS URLRegionID,
  ([1024, 1280, 1366, 1440, 1600, 1680, 1920, 320, 0, 2560][1 + of(i, 29, 10)])::smallint AS ResolutionWidth,
  ([768, 800, 900, 1024, 1080, 1050, 480, 0][1 + of(i, 30, 8)])::smallint AS ResolutionHeight,
  ([32, 24, 16, 0][1 + few(i, 31, 4)])::smallint AS ResolutionDepth,
  (few(i, 32, 12))::smallint AS FlashMajor,
  (few(i, 33, 8))::smallint AS FlashMinor,
  ((few(i, 34, 700))::text)::text AS FlashMinor2,
  (few(i, 35, 5))::smallint AS NetMajor,
  (few(i, 36, 3))::smallint AS NetMinor,
  (few(i, 37, 50))::smallint AS UserAgentMajor,
  (['', '0', '28', 'D', 'D0'][1 + of(i, 38, 5)])::varchar(255) AS UserAgentMinor,
  ((of(i, 39, 20) > 0)::int)::smallint AS CookieEnable,
  ((of(i, 40, 50) > 0)::int)::smallint AS JavascriptEnable,
  ((of(i, 41, 12) = 0)::int)::smallint AS IsMobile,
  (phone(i))::smallint AS MobilePhone,
  (CASE WHEN phone(i) = 0 THEN '' ELSE 'model ' || few(i, 9, 160) END)::text AS MobilePhoneModel,
  ('')::text AS Params,
  (few(i, 42, 4000000))::integer AS IPNetworkID,
  (of(i, 43, 12) - 1)::smallint AS TraficSourceID,
  (CASE WHEN searched(i) THEN 2 + few(i, 10, 90) ELSE 0 END)::smallint AS SearchEngineID,
  (CASE WHEN searched(i) THEN phrase(i) ELSE '' END)::text AS SearchPhrase,
  (CASE WHEN of(i, 11, 160) = 0 THEN 1 + few(i, 12, 60) ELSE 0 END)::smallint AS AdvEngineID,
  ((of(i, 44, 60) = 0)::int)::smallint AS IsArtifical,
  (few(i, 45, 2000))::smallint AS WindowClientWidth,
  (few(i, 46, 1200))::smallint AS WindowClientHeight,
  (of(i, 47, 24) * 60 - 720)::smallint AS ClientTimeZone,
  (clicked(i) + of(i, 48, 86400) * interval '1 second')::timestamp AS ClientEventTime,
  (few(i, 49, 6))::smallint AS SilverlightVersion1,
  (few(i, 50, 6))::smallint AS SilverlightVersion2,
  (few(i, 51, 60000))::integer AS SilverlightVersion3,
  (few(i, 52, 2))::smallint AS SilverlightVersion4,
  (['windows', 'utf-8', 'windows-1251;charset'][1 + few(i, 53, 3)])::text AS PageCharset,
  (few(i, 54, 2500))::integer AS CodeVersion,
  ((of(i, 55, 6) = 0)::int)::smallint AS IsLink,
  ((of(i, 56, 200) = 0)::int)::smallint AS IsDownload,
  (of(i, 57, 2))::smallint AS IsNotBounce,
  (CASE WHEN of(i, 13, 3) = 0 THEN wide(i, 14) ELSE 0 END)::bigint AS FUniqID,
  (CASE WHEN of(i, 15, 3) = 0 THEN url(i) ELSE '' END)::text AS OriginalURL,
  (of(i, 58, 1000000000))::integer AS HID,
  ((of(i, 59, 300) = 0)::int)::smallint AS IsOldCounter,
  ((of(i, 60, 300) = 0)::int)::smallint AS IsEvent,
  ((of(i, 61, 300) = 0)::int)::smallint AS IsParameter,
  ((of(i, 62, 5) = 0)::int)::smallint AS DontCountHits,
  ((of(i, 63, 90) = 0)::int)::smallint AS WithHash,
  (['T', '5', 'g', 'E', 'F', 'D'][1 + of(i, 64, 6)])::text AS HitColor,
  (clicked(i) + of(i, 65, 7200) * interval '1 second')::timestamp AS LocalEventTime,
  (few(i, 66, 60))::smallint AS Age,
  (of(i, 67, 3))::smallint AS Sex,
  (few(i, 68, 5))::smallint AS Income,
  (few(i, 69, 30000))::smallint AS Interests,
  (few(i, 70, 250))::smallint AS Robotness,
  (of(i, 71, 2000000000) - 1000000000)::integer AS RemoteIP,
  (few(i, 72, 50000))::integer AS WindowName,
  (few(i, 73, 50000))::integer AS OpenerName,
  (few(i, 74, 300))::smallint AS HistoryLength,
  (['S0', '3E', 'D1', 'LE'][1 + few(i, 75, 4)])::text AS BrowserLanguage,
  (['L,', 'KV', 'PO', 'H!'][1 + few(i, 76, 4)])::text AS BrowserCountry,
  (CASE WHEN of(i, 77, 900) = 0 THEN 'twitter' ELSE '' END)::text AS SocialNetwork,
  (CASE WHEN of(i, 78, 900) = 0 THEN 'like' ELSE '' END)::text AS SocialAction,
  (CASE WHEN of(i, 79, 100) = 0 THEN 404 ELSE 0 END)::smallint AS HTTPError,
  (few(i, 80, 30000))::integer AS SendTiming,
  (few(i, 81, 30000))::integer AS DNSTiming,
  (few(i, 82, 30000))::integer AS ConnectTiming,
  (few(i, 83, 30000))::integer AS ResponseStartTiming,
  (few(i, 84, 30000))::integer AS ResponseEndTiming,
  (few(i, 85, 30000))::integer AS FetchTiming,
  (few(i, 86, 30))::smallint AS SocialSourceNetworkID,
  (CASE WHEN of(i, 87, 300) = 0 THEN url(i) ELSE '' END)::text AS SocialSourcePage,
  (CASE WHEN of(i, 88, 500) = 0 THEN of(i, 89, 1000000) ELSE 0 END)::bigint AS ParamPrice,
  ('')::text AS ParamOrderID,
  (CASE WHEN of(i, 90, 500) = 0 THEN 'NHF' ELSE '' END)::text AS ParamCurrency,
  (few(i, 91, 3))::smallint AS ParamCurrencyID,
  (CASE WHEN of(i, 92, 200) = 0 THEN 'stat ' || of(i, 93, 9000) ELSE '' END)::text AS OpenstatServiceName,
  (CASE WHEN of(i, 94, 200) = 0 THEN 'stat ' || of(i, 95, 9000) ELSE '' END)::text AS OpenstatCampaignID,
  (CASE WHEN of(i, 96, 200) = 0 THEN 'stat ' || of(i, 97, 9000) ELSE '' END)::text AS OpenstatAdID,
  (CASE WHEN of(i, 98, 200) = 0 THEN 'stat ' || of(i, 99, 9000) ELSE '' END)::text AS OpenstatSourceID,
  (CASE WHEN of(i, 100, 60) = 0 THEN 'utm ' || few(i, 101, 900) ELSE '' END)::text AS UTMSource,
  (CASE WHEN of(i, 102, 60) = 0 THEN 'utm ' || few(i, 103, 900) ELSE '' END)::text AS UTMMedium,
  (CASE WHEN of(i, 104, 60) = 0 THEN 'utm ' || few(i, 105, 900) ELSE '' END)::text AS UTMCampaign,
  (CASE WHEN of(i, 106, 60) = 0 THEN 'utm ' || few(i, 107, 900) ELSE '' END)::text AS UTMContent,
  (CASE WHEN of(i, 108, 60) = 0 THEN 'utm ' || few(i, 109, 900) ELSE '' END)::text AS UTMTerm,
  (CASE WHEN of(i, 110, 50) = 0 THEN 'tag ' || few(i, 111, 900) ELSE '' END)::text AS FromTag,
  ((of(i, 112, 70) = 0)::int)::smallint AS HasGCLID,
  (CASE WHEN of(i, 16, 40) = 0 THEN 3594120000172545465 ELSE wide(few(i, 17, 800000), 18) END)::bigint AS RefererHash,
  (CASE WHEN of(i, 19, 40) = 0 THEN 2868770270353813622 ELSE wide(few(i, 20, 800000), 21) END)::bigint AS URLHash,
  (few(i, 113, 10))::integer AS CLID
FROM range({rows}) AS made (i);
