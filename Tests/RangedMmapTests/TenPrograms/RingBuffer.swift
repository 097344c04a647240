import RangedMmap

/// The last measurements of a sensor: a ring of slots, in which the newest takes the place of the oldest.
final class RingBuffer {
  struct Measurement: Equatable { var time: UInt64, value: Int32 }
  private static let perSlot = (4096 - 4) / 12  // behind how many there are
  private let file: MmapFile
  private let allocator: SequentialAllocator
  private var slots: [HandOver<WriteReceipt>] = []  // the oldest first
  private var failed: AllocatedRange?
  private var pending: [Measurement] = []

  init(at path: String, slotCount: Int) throws {
    (file, allocator) = try MmapFile.create(at: path, size: slotCount * 4096)
  }

  /// Takes a measurement, or throws why there is no room for it.
  func append(_ measurement: Measurement) throws {
    if pending.count == Self.perSlot { try flush() }
    pending.append(measurement)
  }

  /// Writes what is pending, over the oldest slot in the end, and lets the kernel bring it to the disk.
  func flush() throws {
    guard !pending.isEmpty else { return }
    var free = failed.take() ?? allocator.allocate(4096)
    if free == nil, let oldest = slots.removeFirst().take() { free = file.reuse(oldest) }
    guard let slot = free.take() else { preconditionFailure("a ring has a slot") }
    do throws(MmapFileError) {
      let receipt = try file.write(to: slot) { writer in
        writer.append(littleEndian: UInt32(pending.count))
        for measurement in pending {
          writer.append(littleEndian: measurement.time)
          writer.append(littleEndian: measurement.value)
        }
        writer.append(repeating: 0, count: writer.remaining)
      }
      slots.append(HandOver(receipt))
    } catch {
      failed = try error.range()  // for the next time, when the same is pending
      throw error
    }
    pending = []
    try slots.last?.withValue { receipt in try file.flush(receipt) }
  }

  /// What there is, from the oldest to the newest.
  func measurements() throws -> [Measurement] {
    try slots.flatMap { slot in
      try slot.withValue { receipt in
        try file.withBytes(of: receipt) { bytes in
          (0..<Int(bytes.load(littleEndianAt: 0, as: UInt32.self))).map { 4 + 12 * $0 }.map { start in
            Measurement(time: bytes.load(littleEndianAt: start), value: bytes.load(littleEndianAt: start + 8))
          }
        }
      } ?? []
    } + pending
  }
}
