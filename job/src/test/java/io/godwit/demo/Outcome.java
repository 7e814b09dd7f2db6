package io.godwit.demo;

import io.godwit.testkit.ChainRows;

/**
 * What was measured and proved of one chain.
 *
 * @param rows the target's, equal to the model's
 * @param reorgs of the whole log
 * @param deepest blocks that the deepest reorg took off
 * @param verified what the last verification said, of the ledger's audit
 * @param live how it went while it was written to; null for a chain that stood still
 */
record Outcome(String chain, ChainRows rows, int reorgs, int deepest, String verified, Live live) {

    /**
     * @param copied events that were there at the start
     * @param copySeconds from the start of the job to the start of the tail, as the ledger has it
     * @param added events that the writer added meanwhile
     * @param addedReorgs how many reorgs among them
     * @param addedWhilePaused of those, how many between pause and resume
     */
    record Live(
            long copied,
            double copySeconds,
            long added,
            int addedReorgs,
            long addedWhilePaused,
            String savepoint) {}
}
