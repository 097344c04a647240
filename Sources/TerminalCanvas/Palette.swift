/// How a role looks.
public struct Appearance: Sendable, Equatable {
  /// The colour in full, as 0xRRGGBB.
  public let rgb: UInt32
  /// The nearest of the sixteen colours of a terminal; 7 is its ordinary foreground.
  public let ansi: UInt8
  /// Whether it is set in bold.
  public let isBold: Bool
}

/// The looks of all roles on one kind of ground.
///
/// The states wear the colours of Okabe and Ito (2008), which people with the common kinds of colour blindness can
/// tell apart; each has a glyph of its own as well.
public struct Palette: Sendable {
  /// The ground, as 0xRRGGBB, where a picture has to be given one; a terminal keeps its own.
  public let ground: UInt32
  private let appearances: [Appearance]

  private init(ground: UInt32, _ look: (Role) -> (rgb: UInt32, ansi: UInt8, isBold: Bool)) {
    self.ground = ground
    appearances = Role.allCases.map { role in
      let (rgb, ansi, isBold) = look(role)
      return Appearance(rgb: rgb, ansi: ansi, isBold: isBold)
    }
  }

  /// How a role looks.
  public subscript(role: Role) -> Appearance { appearances[Int(role.rawValue)] }

  /// For terminals with a dark ground.
  public static let dark = Palette(ground: 0x14181d) { role in
    switch role {
    case .text: (0xd0d4d8, 7, false)
    case .dim: (0x868e96, 8, false)
    case .title: (0xffffff, 15, true)
    case .key: (0x56b4e9, 14, true)
    case .caption: (0xf0e442, 11, true)
    case .error: (0xff7733, 9, true)
    case .free: (0x6c757d, 8, false)
    case .allocated: (0x56b4e9, 12, false)
    case .written: (0xe69f00, 3, false)
    case .flushing: (0xf0e442, 11, false)
    case .flushed: (0x00b386, 2, false)
    case .lost: (0xff5a36, 9, true)
    // What means the same wears the same colour in both layers; clean is no promise, so it is not the green of flushed.
    case .clean: (0xb8cbd9, 7, false)
    case .dirty: (0xe69f00, 3, false)
    case .writeback: (0xf0e442, 11, false)
    case .onDisk: (0x7f93a3, 8, false)
    case .unknown: (0xcc79a7, 5, false)
    case .changed: (0xff9ecf, 13, true)
    case .zeroByte: (0x6c757d, 8, false)
    case .textByte: (0x8fd0f5, 14, false)
    case .otherByte: (0xe8b95a, 3, false)
    }
  }
}

extension Appearance {
  /// The nearest colour of the 256 of xterm: a cube of 6 levels, or one of 24 greys.
  public var xterm: UInt8 {
    let levels: [Int] = [0, 95, 135, 175, 215, 255]
    let parts = [Int(rgb >> 16 & 0xff), Int(rgb >> 8 & 0xff), Int(rgb & 0xff)]
    let steps = parts.map { part in levels.indices.min { abs(levels[$0] - part) < abs(levels[$1] - part) } ?? 0 }
    let grey = min(23, max(0, (parts.reduce(0, +) / 3 - 3) / 10))
    func distance(_ other: [Int]) -> Int {
      zip(parts, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    let isGreyNearer =
      distance(Array(repeating: 8 + 10 * grey, count: 3)) < distance(steps.map { levels[$0] })
    return UInt8(isGreyNearer ? 232 + grey : 16 + 36 * steps[0] + 6 * steps[1] + steps[2])
  }
}
