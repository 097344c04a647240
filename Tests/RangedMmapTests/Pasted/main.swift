import RangedMmap

do {
  let (file, allocator) = try MmapFile.create(at: "output.bin", size: 1 << 20)
  let bytes = [UInt8](repeating: 0xa5, count: 8192)
  guard let range = allocator.allocate(bytes.count) else { fatalError("the file is full") }
  let receipt = try file.write(bytes, to: range)  // consumes the range
  try file.flush(receipt)  // starts writeback, does not wait
  let flushed = try file.sync(receipt)  // consumes the receipt: durable
  print("durable:", flushed.byteRange)
}
