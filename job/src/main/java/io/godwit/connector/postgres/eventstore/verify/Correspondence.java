package io.godwit.connector.postgres.eventstore.verify;

import io.godwit.connector.postgres.eventstore.Placement;
import java.io.Serializable;

/**
 * How the target's row for a row of the source is found.
 *
 * @param byPosition the target kept the source's positions, moved by the offset; otherwise it drew
 *     its own, and rows belong together by event id
 * @param offset target position minus source position; 0 when it drew its own
 */
public record Correspondence(boolean byPosition, long offset) implements Serializable {

    public Correspondence {
        if (!byPosition && offset != 0) {
            throw new IllegalArgumentException(
                    "Positions that the target drew have no offset, and " + offset + " was given");
        }
    }

    /** Of rows that lie in the target where the migration has put them. */
    public static Correspondence of(Placement placement) {
        return switch (placement.mode()) {
            case KEEP -> kept(placement.offset());
            case APPEND -> appended();
        };
    }

    public static Correspondence kept(long offset) {
        return new Correspondence(true, offset);
    }

    public static Correspondence appended() {
        return new Correspondence(false, 0);
    }
}
