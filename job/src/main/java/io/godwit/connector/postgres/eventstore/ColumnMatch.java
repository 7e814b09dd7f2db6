package io.godwit.connector.postgres.eventstore;

import io.godwit.connector.postgres.eventstore.StoreSchema.Column;
import io.godwit.model.Finding;
import io.godwit.spec.TenantOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether a row of the source fits into the target, column by column. Pure. */
final class ColumnMatch {

    private ColumnMatch() {}

    static List<Finding> check(StoreSchema source, StoreSchema target, TenantOptions options) {
        List<Finding> findings = new ArrayList<>();
        List<String> copied = source.copiedColumns();
        for (String name : copied) {
            column(source.column(name).orElseThrow(), target, findings);
        }
        target.columns().stream()
                .filter(column -> column.mustBeGiven() && !copied.contains(column.name()))
                .forEach(
                        column ->
                                findings.add(
                                        Finding.problem(
                                                "the target's column "
                                                        + column.name()
                                                        + " must have a value, and the source has"
                                                        + " no such column",
                                                "give it a default, or drop its NOT NULL")));
        if (findings.stream().noneMatch(Finding::stops)) {
            findings.add(
                    Finding.good(
                            "every row fits: "
                                    + copied.size()
                                    + " columns are copied as they are"));
        }
        if (source.hasTxid() && !target.hasTxid()) {
            findings.add(
                    Finding.note(
                            "the source has txid, the target has none: the application's feed there"
                                    + " has no horizon"));
        }
        boolean translates = options.migrateSubscriptions() && !options.subscriptions().isEmpty();
        if (translates && source.companions().checkpoints()) {
            checkpoints(source, target, findings);
        }
        return findings;
    }

    private static void column(Column source, StoreSchema target, List<Finding> findings) {
        Optional<Column> there = target.column(source.name());
        if (there.isEmpty()) {
            findings.add(
                    Finding.problem(
                            "the target's table "
                                    + target.mapping().table()
                                    + " has no column "
                                    + source.name()
                                    + " ("
                                    + source.type()
                                    + " in the source)",
                            "ALTER TABLE "
                                    + target.mapping().quotedTable()
                                    + " ADD COLUMN "
                                    + EventStoreMapping.quoted(source.name())
                                    + " "
                                    + source.type()));
            return;
        }
        Column found = there.get();
        if (found.generated()) {
            findings.add(
                    Finding.problem(
                            "the target computes the column " + source.name() + " itself",
                            "make it a plain column of type " + source.type()));
        } else if (!found.type().equals(source.type())) {
            String what =
                    "the column "
                            + source.name()
                            + " is "
                            + source.type()
                            + " in the source and "
                            + found.type()
                            + " in the target";
            findings.add(
                    widens(source.type(), found.type())
                            ? Finding.note(what + ": every value fits")
                            : Finding.problem(
                                    what, "give it the type " + source.type() + " in the target"));
        } else if (source.nullable()
                && !found.nullable()
                && !source.name().equals(target.mapping().tenantId())) {
            findings.add(
                    Finding.problem(
                            "the column " + source.name() + " may be null in the source only",
                            "ALTER TABLE "
                                    + target.mapping().quotedTable()
                                    + " ALTER COLUMN "
                                    + EventStoreMapping.quoted(source.name())
                                    + " DROP NOT NULL"));
        }
    }

    /** A character type that takes whatever the other has; their binary forms are the same. */
    private static boolean widens(String source, String target) {
        long length = characters(source);
        return length > 0 && characters(target) >= length;
    }

    /** 0 for what is no character type. */
    private static long characters(String type) {
        if (type.equals("text") || type.equals("character varying")) {
            return Long.MAX_VALUE;
        }
        return type.matches("character varying\\([0-9]+\\)")
                ? Long.parseLong(type.replaceAll("[^0-9]", ""))
                : 0;
    }

    private static void checkpoints(
            StoreSchema source, StoreSchema target, List<Finding> findings) {
        if (!target.companions().checkpoints()) {
            findings.add(
                    Finding.problem(
                            "subscriptions are to be translated, and the target has no table"
                                    + " projection_checkpoints",
                            "create it in the target, or set migrate_subscriptions: false"));
        } else if (source.companions().positionToken() != target.companions().positionToken()) {
            findings.add(
                    Finding.note(
                            "only the "
                                    + (source.companions().positionToken() ? "source" : "target")
                                    + "'s projection_checkpoints has position_token: the two are of"
                                    + " different versions of eventsource-py"));
        }
    }
}
