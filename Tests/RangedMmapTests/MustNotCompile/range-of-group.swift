import RangedMmap

// What the tasks of a group give is copied.
#if TWIN
func sync(_ file: MmapFile, _ box: HandOver<AllocatedRange>) async throws {
  try await withThrowingTaskGroup(of: HandOver<WriteReceipt>.self) { group in
    group.addTask {
      guard let range = box.take() else { throw CancellationError() }
      return HandOver(try file.write([1], to: range))
    }
    for try await box in group { if let receipt = box.take() { _ = try file.sync(receipt) } }
  }
}
#else
func sync(_ file: MmapFile, _ box: HandOver<AllocatedRange>) async throws {
  try await withThrowingTaskGroup(of: WriteReceipt.self) { group in
    // expected-error@-1 {{global function 'withThrowingTaskGroup(of:returning:isolation:body:)' requires that 'WriteReceipt' (aka 'PageRange<Written>') conform to 'Copyable'}}
    for try await receipt in group { _ = try file.sync(receipt) }
    // expected-error@-1 {{'makeAsyncIterator()' on 'ThrowingTaskGroup' requires that 'WriteReceipt'}}
  }
}
#endif
