/**
 * What kind of thing each asset is, and the key under which it is stored. Pure and deterministic.
 *
 * <pre>{@code
 * AssetClassifier classifier = new AssetClassifier();
 * InventoryAsset asset = classifier.classify(merged);
 * store.upsert(asset.key(), asset.type(), asset.facts());
 * classifier.applicationsNamedBy(asset).forEach(store::insertIfAbsent);
 * }</pre>
 */
@NullMarked
package io.skein.discovery.inventory;

import org.jspecify.annotations.NullMarked;
