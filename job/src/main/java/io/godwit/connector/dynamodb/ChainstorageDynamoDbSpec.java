package io.godwit.connector.dynamodb;

import io.godwit.spec.Checks;
import io.godwit.spec.Secret;
import io.godwit.spec.SourceSpec;
import java.util.List;

/**
 * {@code type: chainstorage-dynamodb}: the tables of one chainstorage deployment.
 *
 * @param endpoint null on AWS
 * @param accessKeyId null, with the secret, for the default provider chain
 * @param eventTable events of event tag 0; null for chains whose first event tag is 1
 * @param versionedEventTable events of event tags 1 and up; null when only tag 0 is copied
 * @param eventTags the event tags to copy, default [0]
 * @param blockStartHeight the lowest height that may occur, default 0
 */
public record ChainstorageDynamoDbSpec(
        String region,
        String endpoint,
        String accessKeyId,
        Secret secretAccessKey,
        String blockTable,
        String eventTable,
        String versionedEventTable,
        List<Integer> eventTags,
        Long blockStartHeight)
        implements SourceSpec {

    public static final String TYPE = "chainstorage-dynamodb";

    public ChainstorageDynamoDbSpec {
        Checks.required("source.region", region);
        Checks.required("source.block_table", blockTable);
        if ((accessKeyId == null) != (secretAccessKey == null)) {
            throw new IllegalArgumentException(
                    "source.access_key_id and source.secret_access_key go together; leave both out"
                            + " for the default provider chain");
        }
        if (eventTags != null && eventTags.stream().anyMatch(java.util.Objects::isNull)) {
            throw new IllegalArgumentException("source.event_tags has an empty entry");
        }
        eventTags = eventTags == null ? List.of(0) : List.copyOf(eventTags);
        if (eventTags.isEmpty() || eventTags.stream().distinct().count() != eventTags.size()) {
            throw new IllegalArgumentException(
                    "source.event_tags is " + eventTags + "; one or more different event tags");
        }
        for (Integer tag : eventTags) {
            Checks.atLeast("source.event_tags", 0, tag);
            if (tag == 0) {
                Checks.required("source.event_table (event tag 0 is in it)", eventTable);
            } else {
                Checks.required(
                        "source.versioned_event_table (event tags 1 and up are in it)",
                        versionedEventTable);
            }
        }
        blockStartHeight = blockStartHeight == null ? 0 : blockStartHeight;
        Checks.atLeast("source.block_start_height", 0, blockStartHeight);
    }

    /** The table that holds the events of a tag. */
    public String eventTableOf(int tag) {
        return tag == 0 ? eventTable : versionedEventTable;
    }
}
