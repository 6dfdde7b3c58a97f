/**
 * From raw cells to clean assets, and from several records of one asset to one merged asset. Pure
 * and deterministic: no clock, no I/O, no static state; every type is safe to share between
 * threads.
 *
 * <pre>{@code
 * AssetCleanser cleanser = new AssetCleanser();
 * CleanedRow row = cleanser.cleanse(RawAsset.at("servers.csv", 2).hostname("WEB1.").osName("rhel76").build());
 * row.issues().forEach(issue -> report(issue.field(), issue.value(), issue.reason()));
 * String block = row.asset().mergeKey();                       // sort by it, then feed group by group
 * List<MergedAsset> assets = new DuplicateMerger().merge(group); // the rows with one merge key
 * }</pre>
 */
@NullMarked
package io.skein.discovery.cleansing;

import org.jspecify.annotations.NullMarked;
