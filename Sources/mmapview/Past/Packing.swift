import Inspector
import RangedMmap

/// Numbers in as few bytes as they need: seven bits a byte, the least significant first (LEB128).
struct Packer {
  private(set) var bytes: [UInt8] = []

  mutating func add(byte: UInt8) { bytes.append(byte) }

  mutating func add(_ number: Int) {
    var rest = UInt(bitPattern: number)
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

/// Takes what a ``Packer`` has packed, in the same order.
struct Unpacker {
  private let bytes: [UInt8]
  private var next = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func byte() -> UInt8 {
    defer { next += 1 }
    return bytes[next]
  }

  mutating func number() -> Int {
    var (value, shift) = (UInt(0), 0)
    while true {
      let byte = byte()
      value |= UInt(byte & 0x7f) << shift
      if byte < 0x80 { return Int(bitPattern: value) }
      shift += 7
    }
  }
}

/// A value of a cell that the past can keep.
protocol Packable: Equatable {
  func pack(into packer: inout Packer)
  init(from unpacker: inout Unpacker)
}

extension Int: Packable {
  func pack(into packer: inout Packer) { packer.add(self) }
  init(from unpacker: inout Unpacker) { self = unpacker.number() }
}

extension PageCounts: Packable {
  // Which states have pages, and how many.
  func pack(into packer: inout Packer) {
    packer.add(byte: PageState.allCases.reduce(0) { self[$1] > 0 ? $0 | 1 << $1.rawValue : $0 })
    for state in PageState.allCases where self[state] > 0 { packer.add(self[state]) }
  }

  init(from unpacker: inout Unpacker) {
    self.init()
    let present = unpacker.byte()
    for state in PageState.allCases where present & 1 << state.rawValue != 0 { self[state] = unpacker.number() }
  }
}

extension KernelCell: Packable {
  // Which counts are known, which are more than 0, and those.
  func pack(into packer: inout Packer) {
    let counts = [dirty ?? 0, writeback ?? 0, cached, data]
    var flags: UInt8 = (dirty == nil ? 0 : 1) | (writeback == nil ? 0 : 2)
    for (index, count) in counts.enumerated() where count > 0 { flags |= 4 << index }
    packer.add(byte: flags)
    packer.add(pages)
    for count in counts where count > 0 { packer.add(count) }
  }

  init(from unpacker: inout Unpacker) {
    let flags = unpacker.byte()
    let pages = unpacker.number()
    var counts = [0, 0, 0, 0]
    for index in counts.indices where flags & 4 << index != 0 { counts[index] = unpacker.number() }
    self.init(
      kept: pages, cached: counts[2], dirty: flags & 1 == 0 ? nil : counts[0],
      writeback: flags & 2 == 0 ? nil : counts[1], data: counts[3])
  }
}

extension Moment.Cell: Packable {
  func pack(into packer: inout Packer) {
    counts.pack(into: &packer)
    packer.add(byte: mark == nil ? 0 : mark == .fresh ? 1 : 2)
  }

  init(from unpacker: inout Unpacker) {
    counts = KernelCell(from: &unpacker)
    let code = unpacker.byte()
    mark = code == 0 ? nil : code == 1 ? .fresh : .fading
  }
}
