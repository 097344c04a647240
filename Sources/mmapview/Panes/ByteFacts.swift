import Inspector
import TerminalCanvas

/// What the bytes from the cursor on mean, read as numbers of several sizes, in both orders, and as text.
struct ByteFacts {
  static let rows = 2

  private let bytes: [UInt8]

  /// Facts of the first of some bytes, as far as there are enough.
  init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes.prefix(8)) }

  func ofOneByte(_ glyphs: Glyphs) -> [String] {
    guard let byte = bytes.first else { return [glyphs.unknown] }
    return ["u8 \(byte)", "i8 \(Int8(bitPattern: byte))", text(glyphs)]
  }

  /// Draws the numbers, least significant byte first and then last; those that do not fit whole are left out.
  func draw(_ glyphs: Glyphs, on canvas: inout Canvas, _ area: Area) {
    canvas.write(lines: ["LE", "BE"], in: area.inset(left: 1), Style(.dim))
    var rest = area.inset(left: 4)
    let values = zip(numbers(isBigEndian: false, glyphs), numbers(isBigEndian: true, glyphs))
    for (name, (little, big)) in zip(["u16", "u32", "u64", "f32", "f64"], values) {
      let width = name.count + 1 + max(little.count, big.count)
      guard width <= rest.width else { return }
      let column = rest.takeLeft(width + 2)
      for (row, value) in [little, big].enumerated() {
        var line = column.row(row)
        canvas.write(name + " ", into: &line, Style(.dim))
        canvas.write(value, into: &line)
      }
    }
  }

  private func numbers(isBigEndian: Bool, _ glyphs: Glyphs) -> [String] {
    func value(_ count: Int) -> UInt64? {
      guard bytes.count >= count else { return nil }
      let own = bytes.prefix(count)
      return (isBigEndian ? Array(own) : own.reversed()).reduce(0) { $0 << 8 | UInt64($1) }
    }
    let integers = [2, 4, 8].map { value($0).map(String.init) }
    let single = value(4).map { shortened("\(Float(bitPattern: UInt32($0)))") }
    let double = value(8).map { shortened("\(Double(bitPattern: $0))") }
    return (integers + [single, double]).map { $0 ?? glyphs.unknown }
  }

  private func text(_ glyphs: Glyphs) -> String {
    var codec = UTF8()
    var iterator = bytes.makeIterator()
    guard case .scalarValue(let scalar) = codec.decode(&iterator) else { return "no UTF-8" }
    let name = "U+" + hex(scalar.value, width: 4).uppercased()
    let shows = glyphs.shows(scalar) && scalar.properties.generalCategory != .control && scalar != " "
    return shows ? "'\(scalar)' \(name)" : name
  }
}

/// A number as Swift writes it, with four digits or so: it is to be recognised, not copied.
private func shortened(_ text: String) -> String {
  let parts = text.split(separator: "e")
  guard text.count > 9, let first = parts.first, let mantissa = Double(first) else { return text }
  let precision = abs(mantissa) < 1 ? 1e7 : 1e3
  let rounded = "\((mantissa * precision).rounded() / precision)"
  return parts.count == 2 ? rounded + "e" + parts[1] : rounded
}
