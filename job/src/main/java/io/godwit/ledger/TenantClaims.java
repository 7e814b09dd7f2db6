package io.godwit.ledger;

import io.godwit.model.MigrationException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which active migration has which tenant. The primary key refuses a second one; the rows go in the
 * transaction of the migration's last phase. Uses the ledger's connection, on its thread.
 */
public final class TenantClaims {

    private static final String TAKEN = "23505";

    private static final Comparator<TenantClaim> ORDER =
            Comparator.comparing(TenantClaim::tenant).thenComparing(TenantClaim::storeId);

    private final Ledger ledger;

    public TenantClaims(Ledger ledger) {
        this.ledger = ledger;
    }

    /**
     * Records a migration as PENDING together with its tenants.
     *
     * @throws MigrationException RECOVERABLE when another active migration has one of them
     */
    public MigrationRow create(
            String name, String kind, String spec, boolean continuous, List<TenantClaim> claims)
            throws SQLException {
        if (claims.isEmpty()) {
            return ledger.create(name, kind, spec, continuous);
        }
        List<MigrationRow> created = new ArrayList<>();
        try {
            ledger.atomically(
                    () -> {
                        created.add(ledger.create(name, kind, spec, continuous));
                        insertAll(claims, created.get(0).id());
                    });
            return created.get(0);
        } catch (SQLException e) {
            if (TAKEN.equals(e.getSQLState())) {
                throw refused(name, claims);
            }
            throw e;
        }
    }

    /** In one order, or two commands could wait for each other. */
    private void insertAll(List<TenantClaim> claims, long migrationId) throws SQLException {
        for (TenantClaim claim : claims.stream().sorted(ORDER).toList()) {
            insert(ledger.connection(), claim, migrationId);
        }
    }

    /**
     * Takes a completed migration up again, with its tenants.
     *
     * @throws MigrationException RECOVERABLE when another active migration has one of them
     */
    public void reopen(MigrationRow row, List<TenantClaim> claims, String detail)
            throws SQLException {
        try {
            ledger.atomically(
                    () -> {
                        new Switches(ledger).reopen(row.id(), detail);
                        insertAll(claims, row.id());
                    });
        } catch (SQLException e) {
            if (TAKEN.equals(e.getSQLState())) {
                throw refused(row.name(), claims);
            }
            throw e;
        }
    }

    /** What a migration has now; nothing once it has ended. */
    public Set<TenantClaim> of(long migrationId) throws SQLException {
        Set<TenantClaim> claims = new HashSet<>();
        if (!exist()) {
            return claims;
        }
        try (PreparedStatement statement =
                ledger.connection()
                        .prepareStatement(
                                "SELECT tenant, store_id FROM active_tenants WHERE migration_id ="
                                        + " ?")) {
            statement.setLong(1, migrationId);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    claims.add(new TenantClaim(row.getString(1), row.getString(2)));
                }
            }
        }
        return claims;
    }

    /** Those of the claims that a migration of another name has, with its name. */
    public Map<String, String> ofOthers(String name, List<TenantClaim> claims) throws SQLException {
        Map<String, String> holders = new TreeMap<>();
        if (!exist()) {
            return holders;
        }
        String sql =
                "SELECT m.name FROM active_tenants a JOIN migrations m ON m.id = a.migration_id"
                        + " WHERE a.tenant = ? AND a.store_id = ? AND m.name <> ?";
        try (PreparedStatement statement = ledger.connection().prepareStatement(sql)) {
            for (TenantClaim claim : claims) {
                statement.setString(1, claim.tenant());
                statement.setString(2, claim.storeId());
                statement.setString(3, name);
                try (ResultSet row = statement.executeQuery()) {
                    if (row.next()) {
                        holders.putIfAbsent(claim.tenant(), row.getString(1));
                    }
                }
            }
        }
        return holders;
    }

    /** In the caller's transaction. */
    void release(long migrationId) throws SQLException {
        if (!exist()) {
            return;
        }
        try (PreparedStatement statement =
                ledger.connection()
                        .prepareStatement("DELETE FROM active_tenants WHERE migration_id = ?")) {
            statement.setLong(1, migrationId);
            statement.executeUpdate();
        }
    }

    /** A ledger that an older version made has no such table until it is migrated. */
    private boolean exist() throws SQLException {
        try (Statement statement = ledger.connection().createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT to_regclass('godwit.active_tenants') IS NOT NULL")) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private static void insert(Connection connection, TenantClaim claim, long migrationId)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "INSERT INTO active_tenants (tenant, store_id, migration_id) VALUES (?, ?,"
                                + " ?)")) {
            statement.setString(1, claim.tenant());
            statement.setString(2, claim.storeId());
            statement.setLong(3, migrationId);
            statement.executeUpdate();
        }
    }

    private MigrationException refused(String name, List<TenantClaim> claims) throws SQLException {
        Map<String, String> holders = ofOthers(name, claims);
        return MigrationException.refused(
                name,
                holders.isEmpty()
                        ? "The migration " + name + " is being started by another command"
                        : "Tenants of "
                                + name
                                + " are in another active migration: "
                                + holders
                                + "; 'godwit status NAME' shows it, 'godwit abort NAME' ends it");
    }
}
