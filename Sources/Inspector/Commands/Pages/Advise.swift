import PageCache
import RangedMmap

struct AdviseAction: ReadOnlyAction {
  let advice: MappingAdvice
  let target: PageTarget

  static let verb = Verb(
    "advise", .choice("advice", MappingAdvice.allCases), .target,
    help: "say in which order pages will be read here, or that they may be mapped large", example: "advise random all"
  ) { AdviseAction(advice: $0, target: $1) }

  var words: [String?] { ["advise", "\(advice)", "\(target)"] }
  var neededLabels: ClosedRange<Int>? { target.labels }

  func perform(in session: Session) throws(CommandError) -> Event {
    let file = try session.openFile()
    let pages = try session.pages(target, of: file, for: "advise")
    for range in pages {
      let bytes = Alignment.bytes(of: range).clamped(to: 0..<file.size)
      do throws(MmapFileError) { try file.advise(advice, in: bytes) } catch {
        throw CommandError("advise \(advice) \(target): \(error)")
      }
      if let order = AccessAdvice(rawValue: advice.rawValue) { session.document.advice.set(order, range) }
    }
    return .done("advised \(advice) for \(pages.map(named).joined(separator: ", ")): \(meaning)")
  }

  private var meaning: String {
    switch advice {
    case .normal: "the kernel reads ahead where it sees an order, in this mapping and for `touch`"
    case .random: "a fault reads its own page and no other, in this mapping and for `touch`"
    case .sequential: "the kernel reads ahead farther, in this mapping and for `touch`"
    case .hugepage: "2 MiB at a time may be mapped, in this mapping alone"
    case .nohugepage: "4 KiB at a time are mapped, in this mapping alone"
    }
  }
}
