package io.godwit.job;

import io.godwit.verify.Tally;

/**
 * What a verification found.
 *
 * @param compared up to where the stores were compared, in words
 */
public record Verdict(Tally tally, String compared) {}
