namespace Nulls.Reports;

/// <summary>How the page looks: by day, by night, on a phone and on paper. No character in it needs escaping.</summary>
internal static class PageStyle
{
    public const string Css = """

        :root { color-scheme: light dark; --ink: #1b1f24; --dim: #4d5661; --paper: #fff; --panel: #f4f6f8; --line: #c3cad2; --good: #12693a; --bad: #a3241c; --link: #0b57a4; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e7eaee; --dim: #aab3bd; --paper: #14171a; --panel: #1e2328; --line: #444c55; --good: #72d39d; --bad: #ff9d92; --link: #8cbcf5; } }
        * { box-sizing: border-box; }
        body { font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 75rem; margin: 0 auto; padding: 1.25rem 1rem 3rem; }
        h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
        h2 { font-size: 1.3rem; margin: 2.5rem 0 .5rem; padding-bottom: .2rem; border-bottom: 2px solid var(--line); }
        h3 { font-size: 1.05rem; margin: 1.5rem 0 .4rem; }
        p, ul, ol, dl { margin: .4rem 0; max-width: 52rem; } p.meta { max-width: none; }
        a { color: var(--link); }
        code { font: .9em/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
        .meta, small, .unit { color: var(--dim); }
        th code, th a { white-space: nowrap; overflow-wrap: normal; } th .unit { font-weight: 400; }
        .first { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 0 1.5rem; align-items: start; margin-top: .75rem; }
        .first h2 { font-size: 1.05rem; margin: .75rem 0 .2rem; border: 0; padding: 0; }
        .answer { background: var(--panel); border-left: .4rem solid var(--line); padding: .1rem 1rem .75rem; }
        .answer.is-held { border-color: var(--good); } .answer.is-missed { border-color: var(--bad); }
        .answer .verdict { font-size: 1.25rem; font-weight: 600; line-height: 1.35; }
        .answer li { margin: .5rem 0; }
        nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .1rem 1.25rem; max-width: none; }
        .held { color: var(--good); font-weight: 600; white-space: nowrap; } .missed { color: var(--bad); font-weight: 600; white-space: nowrap; }
        .scroll { overflow-x: auto; margin: .75rem 0; }
        .scroll:focus-visible, a:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
        table { border-collapse: collapse; min-width: min(100%, 32rem); font-variant-numeric: tabular-nums; font-size: .84rem; }
        table.wide { width: 100%; font-size: .92rem; }
        caption { text-align: left; padding-bottom: .4rem; color: var(--dim); max-width: 52rem; }
        th, td { border: 1px solid var(--line); padding: .25rem .4rem; text-align: left; vertical-align: top; }
        thead th { background: var(--panel); vertical-align: bottom; } th { font-weight: 600; } tbody th { background: var(--paper); }
        th small, td small { display: block; font-weight: 400; white-space: nowrap; }
        td.number { text-align: right; white-space: nowrap; }
        details { margin: .5rem 0; } summary { cursor: pointer; color: var(--link); }
        .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(21rem, 100%), 1fr)); gap: 1rem 1.5rem; }
        figure { margin: 0; } figcaption { font-size: .92rem; color: var(--dim); }
        svg { display: block; width: 100%; height: auto; max-width: 34rem; font-family: system-ui, sans-serif; color: var(--ink); }
        dt { font-weight: 600; margin-top: .6rem; } dd { margin: 0 0 0 1rem; }
        @media (max-width: 48rem) { .first { display: block; } body { padding-top: .75rem; } h1 { font-size: 1.35rem; } .answer .verdict { font-size: 1.1rem; } table.claims td, table.claims th { padding: .3rem; } }
        @media print {
          :root { --ink: #000; --dim: #333; --paper: #fff; --panel: #f2f2f2; --line: #888; --good: #0b4f2a; --bad: #8a1a13; --link: #000; }
          body { font-size: 9.5pt; max-width: none; padding: 0; } table { font-size: 7.6pt; } th, td { padding: .15rem .25rem; }
          nav, details { display: none; } .scroll { overflow: visible; } h2, h3, caption { break-after: avoid; } tr, figure, .answer { break-inside: avoid; } thead { display: table-header-group; }
          td small, th small, td.number { white-space: normal; } th code, th a { white-space: normal; overflow-wrap: anywhere; } .plots { grid-template-columns: repeat(2, minmax(0, 1fr)); }
        }
        @page { margin: 14mm; }

        """;
}
