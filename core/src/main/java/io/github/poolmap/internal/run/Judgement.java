package io.github.poolmap.internal.run;

/**
 * What a failed attempt means for its item.
 *
 * @param failure why it failed
 * @param again whether there will be another attempt
 */
record Judgement(ItemFailure failure, boolean again) {}
