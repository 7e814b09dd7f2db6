package io.godwit.source;

import io.godwit.model.MigrationException;

/** The source's head is below what was already read: history was reset, and may be rewritten. */
final class MovedBack {

    private MovedBack() {}

    static MigrationException error(int tag, long before, long now) {
        return MigrationException.fatal(
                "tag " + tag,
                "The source's head of event tag "
                        + tag
                        + " moved back from "
                        + before
                        + " to "
                        + now
                        + ": its history was reset and may be rewritten under the same sequences."
                        + " Godwit keeps what it copied and stops. When the source is as it should"
                        + " be, run 'godwit migrate SPEC --rewind': it removes the target's events"
                        + " that differ or are gone, and copies on from there");
    }
}
