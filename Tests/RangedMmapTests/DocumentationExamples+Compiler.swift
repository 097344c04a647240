import RangedMmap
import TestSupport
import Testing

// What the page "If it does not compile" shows, and others of it: see `DocumentationExamples`.

extension DocumentationExamples {
  @Test("A box lends a receipt that is changed and made durable where it is")
  func inItsBox() throws {
    let (file, allocator) = try MmapFile.create(at: path, size: 4096)
    let box = HandOver(
      try file.write([UInt8](repeating: 0, count: 4096), to: try require(take: allocator.allocate(4096))))
    let count: UInt32 = 0x0102_0304
    try box.withValue { receipt in
      try file.update(&receipt) { editor in editor.store(littleEndian: count, at: 0) }
      try file.sync(inPlace: &receipt)
    }
    #expect(file.states[0] == .flushed)
    #expect(try folder.bytes("output.bin").prefix(5) == [4, 3, 2, 1, 0])
    try flush(box, of: file)
  }

  @Test("A task gives a box")
  func ofATask() async throws {
    let (file, allocator) = try MmapFile.create(at: path, size: 4096)
    let bytes = [UInt8](repeating: 3, count: 4096)
    let box = HandOver(try require(take: allocator.allocate(4096)))
    let written = try await Task {
      guard let range = box.take() else { throw CancellationError() }
      return HandOver(try file.write(bytes, to: range))
    }.value
    #expect(try file.sync(try require(take: written.take())).count == 4096)
  }

  @Test("What is needed of a range is asked before the step that consumes it")
  func askedBefore() throws {
    let (file, allocator) = try MmapFile.create(at: path, size: 8192)
    let range = try require(take: allocator.allocate(8192))
    var first: WriteReceipt?
    var second: WriteReceipt?
    var whole: AllocatedRange?
    let (count, half) = (range.count, range.count / 2)
    switch range.split(at: half, rounding: .down) {
    case .parts(let low, let high):
      first = try file.write(to: low) { writer in writer.append(repeating: 1, count: half) }
      second = try file.write(to: high) { writer in writer.append(repeating: 2, count: count - half) }
    case .whole(let range): whole = consume range
    case .outOfBounds(let range): whole = consume range
    }
    expectNone(whole)
    #expect(try folder.bytes("output.bin") == [1, 2].flatMap { [UInt8](repeating: $0, count: 4096) })
    var said = ""
    func print(_ bytes: Range<Int>, _ count: Int) { said = "\(bytes) \(count)" }
    func sync(_ receipt: consuming WriteReceipt) throws {
      let bytes = receipt.byteRange
      print(bytes, try file.sync(receipt).count)
    }
    try sync(try require(take: first.take()))
    #expect(said == "0..<4096 4096")
    try sync(try require(take: second.take()))
    #expect(said == "4096..<8192 4096")
  }

  @Test("What is lent is copied out as a string and an array")
  func copiedOut() throws {
    let (file, allocator) = try MmapFile.create(at: path, size: 4096)
    let receipt = try file.write(to: try require(take: allocator.allocate(4096))) { writer in
      writer.append(contentsOf: "alpha".utf8)
      writer.append(repeating: 1, count: writer.remaining)
    }
    let sum = try file.withBytes(of: receipt) { bytes in
      var sum = 0
      for index in bytes.indices { sum += Int(bytes[index]) }
      return sum
    }
    let (name, values) = try file.withBytes(of: receipt) { bytes in
      (String(copying: try UTF8Span(validating: bytes.extracting(0..<5))), bytes.indices.map { bytes[$0] })
    }
    #expect(name == "alpha" && values.count == 4096 && values.suffix(4091).allSatisfy { $0 == 1 })
    #expect(sum == values.reduce(0) { $0 + Int($1) })
  }
}

func flush(_ box: HandOver<WriteReceipt>, of file: MmapFile) throws(MmapFileError) {
  try box.withValue { (receipt) throws(MmapFileError) in try file.flush(receipt) }
}
