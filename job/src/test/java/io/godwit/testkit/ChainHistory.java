package io.godwit.testkit;

import io.godwit.testkit.Event.Type;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * What a chain service would have stored of a chain that grew as told: an append-only log of one
 * event tag with the blocks it speaks of. It keeps the chain as a stack and so stays valid, except
 * where the caller dictates single events ({@link #added}, {@link #removed}, {@link #event}). Not
 * for several threads.
 */
public final class ChainHistory {

    private final int eventTag;
    private final long startHeight;
    private final List<Event> events = new ArrayList<>();
    private final BlockStore blocks = new BlockStore();
    private final BlockMaker maker;
    private final Deque<Event> chain = new ArrayDeque<>();
    private final Deque<Event> lastRemoved = new ArrayDeque<>();
    private int blockTag;
    private String branch = "main";
    private int branches;
    private long nextSequence = 1;

    private ChainHistory(int eventTag, int blockTag, long startHeight) {
        this.eventTag = eventTag;
        this.blockTag = blockTag;
        this.startHeight = startHeight;
        this.maker = new BlockMaker(startHeight);
    }

    public static ChainHistory startingAt(int eventTag, int blockTag, long height) {
        return new ChainHistory(eventTag, blockTag, height);
    }

    /**
     * The following blocks belong to this branch; equal branch, height and parent give the equal
     * block.
     */
    public ChainHistory branch(String name) {
        branch = name;
        return this;
    }

    /** The following blocks are stored under this block tag. */
    public ChainHistory blockTag(int tag) {
        blockTag = tag;
        return this;
    }

    /** The following blocks all have parent height 0, as on the beacon chain. */
    public ChainHistory withoutParentHeights() {
        maker.withoutParentHeights();
        return this;
    }

    public ChainHistory blocks(int count) {
        for (int i = 0; i < count; i++) {
            Optional<Event> parent = chain.stream().filter(event -> !event.skipped()).findFirst();
            add(maker.next(blockTag, nextHeight(), parent, branch), true, false);
        }
        return this;
    }

    /** Heights at which no block was made, their time unknown. */
    public ChainHistory skipped(int count) {
        return skipped(count, false);
    }

    public ChainHistory skipped(int count, boolean withTimestamp) {
        for (int i = 0; i < count; i++) {
            add(
                    Block.skipped(
                            blockTag,
                            nextHeight(),
                            withTimestamp ? BlockMaker.timeAt(nextHeight()) : 0),
                    true,
                    false);
        }
        return this;
    }

    /**
     * Blocks of an older block tag which a newer one does not hold as canonical: their events keep
     * hash, parent and tag, and say skipped. They are orphans, so remove them again by {@link
     * #reorg}.
     */
    public ChainHistory orphansMarkedSkipped(int count, int oldBlockTag) {
        for (int i = 0; i < count; i++) {
            Optional<Event> parent =
                    chain.stream().filter(event -> !event.hash().isEmpty()).findFirst();
            add(maker.next(oldBlockTag, nextHeight(), parent, branch + "-orphan"), false, true);
        }
        return this;
    }

    /**
     * Takes the top blocks off, tip first. What is added next is another branch, unless named or
     * re-added.
     */
    public ChainHistory reorg(int depth) {
        if (depth > chain.size()) {
            throw new IllegalArgumentException(
                    "A reorg of " + depth + " in a chain of " + chain.size());
        }
        for (int i = 0; i < depth; i++) {
            append(pop().as(Type.REMOVED, nextSequence));
        }
        branches++;
        branch = "fork-" + branches;
        return this;
    }

    /** Adds again, with the same hashes, all blocks removed since the last block was added. */
    public ChainHistory reAdd() {
        return reAdd(lastRemoved.size());
    }

    /** Adds again the lowest of the blocks removed since the last block was added. */
    public ChainHistory reAdd(int count) {
        for (int i = 0; i < count; i++) {
            Event again = lastRemoved.pop();
            chain.push(again);
            append(again.as(Type.ADDED, nextSequence));
            if (!again.orphanMarkedSkipped()) {
                blocks.putCanonical(block(again).orElseThrow());
            }
        }
        return this;
    }

    /** Dictates a block and its event, valid or not. */
    public ChainHistory added(long height, String hash, String parentHash) {
        return add(
                maker.regular(blockTag, height, hash, parentHash, Math.max(0, height - 1)),
                true,
                false);
    }

    /** Dictates the removal of a block, valid or not. */
    public ChainHistory removed(long height, String hash) {
        Event removed =
                events.stream()
                        .filter(event -> event.height() == height && event.hash().equals(hash))
                        .reduce((first, second) -> second)
                        .orElseGet(
                                () ->
                                        new Event(
                                                eventTag,
                                                0,
                                                Type.ADDED,
                                                blockTag,
                                                height,
                                                hash,
                                                "",
                                                false,
                                                BlockMaker.timeAt(height)));
        if (!chain.isEmpty()
                && chain.peek().height() == height
                && chain.peek().hash().equals(hash)) {
            pop();
        }
        return append(removed.as(Type.REMOVED, nextSequence));
    }

    /** Dictates any event; the chain does not notice, the next sequence follows this one's. */
    public ChainHistory event(Event event) {
        return append(event);
    }

    /** Leaves numbers out, as no valid log does. */
    public ChainHistory gap(long sequences) {
        nextSequence += sequences;
        return this;
    }

    /** A block that was polled but of which no event speaks. */
    public ChainHistory silentBlock(Block block) {
        blocks.put(block);
        return this;
    }

    /** This log as another event tag over another block tag, derived as the service does it. */
    public ChainHistory derive(int newEventTag, int newBlockTag) {
        return DerivedHistory.of(this, newEventTag, newBlockTag);
    }

    /** Takes over an event of another history with its block. */
    void replay(Event event, Block block, boolean canonical) {
        store(block, canonical);
        append(event);
        if (event.type() == Type.ADDED) {
            chain.push(event);
            lastRemoved.clear();
        } else {
            pop();
        }
    }

    /** The events that added the present chain, its top first. */
    Collection<Event> chain() {
        return List.copyOf(chain);
    }

    public int eventTag() {
        return eventTag;
    }

    public List<Event> events() {
        return List.copyOf(events);
    }

    /** The events whose sequence is at least {@code from} and below {@code until}. */
    public List<Event> events(long from, long until) {
        return events.stream()
                .filter(event -> event.sequence() >= from && event.sequence() < until)
                .toList();
    }

    public Collection<Block> blocks() {
        return blocks.all();
    }

    /**
     * What lies under "canonical" per (tag, height): the last block written there; never taken
     * away.
     */
    public Collection<Block> canonicalCopies() {
        return blocks.canonicalCopies();
    }

    /** The block of which an event speaks. */
    public Optional<Block> block(Event event) {
        return blocks.of(event);
    }

    /** The event that added the present top of the chain. */
    public Optional<Event> tip() {
        return Optional.ofNullable(chain.peek());
    }

    /** The number of blocks in the present chain. */
    public int length() {
        return chain.size();
    }

    public long nextSequence() {
        return nextSequence;
    }

    public long lastSequence() {
        return nextSequence - 1;
    }

    private ChainHistory add(Block block, boolean canonical, boolean markedSkipped) {
        store(block, canonical);
        Event event = Event.added(eventTag, nextSequence, block);
        append(markedSkipped ? event.under(eventTag, block.tag(), true) : event);
        chain.push(events.get(events.size() - 1));
        lastRemoved.clear();
        return this;
    }

    /** Orphans marked skipped never come back, nor what stood on them. */
    private Event pop() {
        Event top = chain.pop();
        if (top.orphanMarkedSkipped()) {
            lastRemoved.clear();
        } else {
            lastRemoved.push(top);
        }
        return top;
    }

    private void store(Block block, boolean canonical) {
        if (canonical) {
            blocks.putCanonical(block);
        } else {
            blocks.put(block);
        }
    }

    private ChainHistory append(Event event) {
        events.add(event);
        nextSequence = event.sequence() + 1;
        return this;
    }

    private long nextHeight() {
        return chain.isEmpty() ? startHeight : chain.peek().height() + 1;
    }
}
