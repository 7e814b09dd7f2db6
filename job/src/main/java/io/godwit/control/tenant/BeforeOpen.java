package io.godwit.control.tenant;

import io.godwit.connector.postgres.eventstore.EventStoreMapping;
import io.godwit.connector.postgres.eventstore.OwnPositions;
import java.sql.Connection;
import java.sql.SQLException;

/** What a store does before it takes appends. */
public interface BeforeOpen {

    /** A store that has drawn the positions of its appends all the time. */
    BeforeOpen NOTHING =
            new BeforeOpen() {
                @Override
                public void lookUp(Connection to) {}

                @Override
                public void run(Connection to) {}
            };

    /** Whatever can be looked up before the writers wait; called again for a new session. */
    void lookUp(Connection to) throws SQLException;

    /** In the transaction that opens the store. */
    void run(Connection to) throws SQLException;

    /** Of a store that was copied into: from now on it draws them itself. */
    static BeforeOpen ownPositions(EventStoreMapping mapping, String migration) {
        return new BeforeOpen() {

            private OwnPositions positions;

            @Override
            public void lookUp(Connection to) throws SQLException {
                positions = OwnPositions.of(to, mapping);
            }

            @Override
            public void run(Connection to) throws SQLException {
                positions.take(to, migration);
            }
        };
    }
}
