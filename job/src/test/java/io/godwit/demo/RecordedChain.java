package io.godwit.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.godwit.testkit.Block;
import io.godwit.testkit.ChainHistory;
import io.godwit.testkit.Event;
import io.godwit.testkit.Event.Type;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Real Bitcoin blocks, in the order in which a node saw them, as the log that the chain service
 * would have written of them: a block whose parent is not the tip takes blocks off until it is.
 */
final class RecordedChain {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int EVENT_TAG = 0;

    /** The service's block tag of Bitcoin. */
    private static final int BLOCK_TAG = 2;

    private final ChainHistory history = ChainHistory.startingAt(EVENT_TAG, BLOCK_TAG, 0);
    private final Deque<Event> chain = new ArrayDeque<>();

    private RecordedChain() {}

    /**
     * @param file under chains/ on the class path, one block per line
     */
    static ChainHistory read(String file) throws IOException {
        RecordedChain recorded = new RecordedChain();
        try (InputStream in = RecordedChain.class.getResourceAsStream("/chains/" + file);
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                recorded.see(block(JSON.readTree(line)));
            }
        }
        return recorded.history;
    }

    private static Block block(JsonNode seen) {
        long height = seen.get("height").asLong();
        String hash = seen.get("hash").asText();
        String key = "BLOCKCHAIN_BITCOIN/NETWORK_BITCOIN_MAINNET/" + BLOCK_TAG + "/" + height;
        return new Block(
                BLOCK_TAG,
                height,
                hash,
                seen.get("parentHash").asText(),
                Math.max(0, height - 1),
                key + "/" + hash + ".gzip",
                false,
                seen.get("time").asLong());
    }

    private void see(Block block) {
        while (!chain.isEmpty() && !chain.peek().hash().equals(block.parentHash())) {
            Event gone = chain.pop();
            history.event(
                    event(
                            Type.REMOVED,
                            gone.height(),
                            gone.hash(),
                            gone.parentHash(),
                            gone.blockTimestamp()));
        }
        Event added =
                event(
                        Type.ADDED,
                        block.height(),
                        block.hash(),
                        block.parentHash(),
                        block.timestamp());
        history.silentBlock(block).event(added);
        chain.push(added);
    }

    private Event event(Type type, long height, String hash, String parentHash, long time) {
        return new Event(
                EVENT_TAG,
                history.nextSequence(),
                type,
                BLOCK_TAG,
                height,
                hash,
                parentHash,
                false,
                time);
    }
}
