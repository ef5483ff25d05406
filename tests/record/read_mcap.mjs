// Reads an MCAP file with the official packages and prints, topic by topic, what it found as JSON.
import { McapIndexedReader } from "@mcap/core";
import { loadDecompressHandlers } from "@mcap/support";
import { open } from "node:fs/promises";
import protobuf from "protobufjs";
import descriptor from "protobufjs/ext/descriptor/index.js";

const file = await open(process.argv[2], "r");
const readable = {
  size: async () => BigInt((await file.stat()).size),
  read: async (offset, length) => {
    const buffer = new Uint8Array(Number(length));
    await file.read(buffer, 0, Number(length), Number(offset));
    return buffer;
  },
};
const decompressHandlers = await loadDecompressHandlers();
const reader = await McapIndexedReader.Initialize({ readable, decompressHandlers });

const decoders = new Map();
const decoderOf = (schema) => {
  if (schema.encoding === "jsonschema") return (data) => JSON.parse(new TextDecoder().decode(data));
  const root = protobuf.Root.fromDescriptor(descriptor.FileDescriptorSet.decode(schema.data));
  const type = root.lookupType(schema.name);
  return (data) => type.toObject(type.decode(data), { longs: Number, enums: Number, bytes: String });
};

const topics = {};
for await (const message of reader.readMessages()) {
  const channel = reader.channelsById.get(message.channelId);
  const schema = reader.schemasById.get(channel.schemaId);
  if (!decoders.has(schema.id)) decoders.set(schema.id, decoderOf(schema));
  const found = (topics[channel.topic] ??= { schema: schema.name, encoding: channel.messageEncoding, messages: [] });
  found.messages.push(decoders.get(schema.id)(message.data));
}
console.log(JSON.stringify(topics));
