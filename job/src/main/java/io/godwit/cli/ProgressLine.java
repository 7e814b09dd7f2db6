package io.godwit.cli;

import io.godwit.job.Kinds;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.MigrationRow;
import io.godwit.model.Phase;
import io.godwit.model.TagProgress;
import java.sql.SQLException;
import java.util.List;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** The progress of a migration: a bar on a terminal, a line per change elsewhere. */
final class ProgressLine implements AutoCloseable {

    private final Console console;
    private final Ledger ledger;
    private final String name;
    private final String place;
    private final ProgressBar bar;
    private String last = "";

    ProgressLine(Console console, Ledger ledger, MigrationRow row) {
        this.console = console;
        this.ledger = ledger;
        this.name = row.name();
        this.place = Kinds.placeOf(row);
        this.bar =
                System.console() == null
                        ? null
                        : new ProgressBarBuilder()
                                .setTaskName(name)
                                .setUnit(" " + Kinds.unitOf(row), 1)
                                .setStyle(ProgressBarStyle.ASCII)
                                .showSpeed()
                                .build();
    }

    void show() throws SQLException {
        MigrationRow row = ledger.find(name).orElseThrow();
        List<TagProgress> tags = ledger.progressOf(row.id());
        if (tags.isEmpty()) {
            return;
        }
        long head = tags.stream().mapToLong(TagProgress::sourceHead).sum();
        long applied = tags.stream().mapToLong(TagProgress::appliedThrough).sum();
        if (bar != null) {
            bar.maxHint(head);
            bar.stepTo(applied);
            bar.setExtraMessage(
                    row.phase() + (row.phase() == Phase.DUAL_WRITE ? ", following" : ""));
            return;
        }
        String text = row.phase() + ": applied through " + place + applied + " of " + head;
        if (!text.equals(last)) {
            console.line(text);
            last = text;
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
