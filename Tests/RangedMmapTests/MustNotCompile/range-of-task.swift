import RangedMmap

// What a task gives can be asked for by several, and so be copied.
#if TWIN
func write(_ file: MmapFile, _ box: HandOver<AllocatedRange>) async throws -> HandOver<WriteReceipt>? {
  try await Task {
    guard let range = box.take() else { return nil }
    return HandOver(try file.write([1], to: range))
  }.value
}
#else
func write(_ file: MmapFile, _ box: HandOver<AllocatedRange>) async throws -> WriteReceipt? {
  try await Task { () throws -> WriteReceipt in
    // expected-warning@-1 {{no calls to throwing functions occur}}
    // expected-warning@-2 {{no 'async' operations occur}}
    // expected-error@-3 {{generic struct 'Task' requires that 'WriteReceipt' (aka 'PageRange<Written>') conform to 'Copyable'}}
    guard let range = box.take() else { throw CancellationError() }
    return try file.write([1], to: range)
  }.value
}
#endif
