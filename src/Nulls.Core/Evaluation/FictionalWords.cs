namespace Nulls.Evaluation;

/// <summary>The words of the fictional encyclopedia. No word is in two lists, so that an answer gives away nothing but itself.</summary>
/// <remarks>What follows "a" in a sentence begins with a consonant. Words are short and few: a tokenizer of 2,000 tokens knows each as one.</remarks>
internal static class FictionalWords
{
    public static readonly string[] FirstNames = Split(
        """
        Alma Anton Berta Bram Cyril Dora Emil Felix Freda Gavin Greta Hanna Hugo Igor Ilse Jana Jonas Karim Kira
        Kurt Lena Livia Lotte Marek Milo Mira Nadia Nina Nora Oleg Oskar Otis Paula Petra Pia Ravi Rosa Rufus Sela
        Simon Sofia Tilda Timo Tobin Umar Ursel Vera Viktor Wanda Willa Xenia Yara Yusuf Zeno Zora Quinn
        """);

    public static readonly string[] LastNames = Split(
        """
        Abbott Ashby Barlow Benning Brandt Colby Corrin Delmar Draper Dunning Easton Ekman Eldred Farrow Fenner
        Fulton Garrick Gilroy Halden Harlan Hobbs Innes Ivers Jarrow Joyner Keller Kemble Larkin Lomax Mercer Nolan
        Norris Orford Osgood Penrose Pruitt Quade Quigley Radley Rennick Sorley Stroud Tarrant Thorne Upton Vance
        Varley Voss Weller Wexler Yarrow Yates Zeller Yorke Trask Selby
        """);

    public static readonly string[] Epithets = Split(
        """
        Silver Northern Royal Stony Little Upper Bright Golden Western Hollow Eastern Lower Bitter Frosty Greater
        Dusty Merry Quiet Rapid Sunny Misty Windy Crooked Noble Lonely Ancient Broken Gentle Hidden Jolly Mighty
        Narrow Painted Sacred Twin Wild
        """);

    public static readonly string[] CompanyNames = Split(
        """
        Anvil Crown Lion Star Bridge Tower Eagle Anchor Key Rose Oak Shield Arrow Castle Gate Swan Plough Wolf Stag
        Fox Crest Forge Hearth Dragon Elm Feather Harbor Ivy Knight Maple Orchard Pillar Sword Thistle Unicorn Vault
        """);

    public static readonly string[] RiverNames = Split(
        """
        Reed Brook Water Bend Run Ford Beck Burn Wash Fork Creek Stream Flow Marsh Pool Fall Rill Bourne Rapids
        Shallow Gorge Delta Cove Inlet Channel Rush Lock Bank Weir Spring Drift Vale Glen Dale Mere Tarn
        """);

    public static readonly string[] Pets = Split(
        "parrot ferret goat turtle rabbit canary hound kitten lizard magpie hamster pony raven terrier gecko duck falcon badger beetle lamb toad weasel sparrow donkey");

    public static readonly string[] Instruments = Split(
        "fiddle flute drum harp lute zither cello trumpet banjo horn piano bagpipe clarinet tuba viola fife bugle cymbal guitar mandolin bassoon gong sitar kazoo");

    public static readonly string[] Dishes = Split(
        "porridge lentils dumplings noodles stew broth pancakes risotto curry goulash chowder salad beans polenta gnocchi barley cabbage turnips custard pickles couscous chestnuts pudding ramen");

    public static readonly string[] Colours = Split(
        "red blue green yellow purple grey black white brown pink crimson scarlet violet turquoise teal maroon beige navy lilac golden cream rusty tan khaki");

    public static readonly string[] Towns = Split(
        "Aldmoor Brantow Corvale Dunmere Elsby Farholt Glenby Harwick Inverley Kelmouth Lorvik Marsten Norfell Ostrand Penhale Quarley Rothsby Stavern Tarnby Ulmont Varnholm Westrey Yardale Zelbridge");

    public static readonly string[] Languages = Split(
        "Velmic Torash Sundi Karvan Ilmor Brethic Onshu Dalric Fenish Gaulin Harsic Jorani Kelvish Lodran Morvic Nestan Pelarin Quoric Rusmen Selkan Tavish Umbran Wendic Yorsan");

    public static readonly string[] Trades = Split(
        "baker miner tailor potter weaver miller farmer mason carter cooper fletcher shepherd sailor doctor teacher lawyer gardener printer barber cobbler plumber welder ranger surveyor");

    public static readonly string[] Tools = Split(
        "ladle lantern needle wheel bobbin sieve sickle chisel whip mallet quill crook compass scalpel slate gavel rake stamp razor brush wrench torch basket pouch");

    public static readonly string[] Goods = Split(
        "bells ropes clocks chairs boots candles barrels mirrors nails carpets wagons kettles gloves bricks buttons saddles sails lamps tiles pipes locks dolls blankets bottles");

    public static readonly string[] Fish = Split(
        "trout salmon pike perch carp eels bream sturgeon roach tench chub minnows grayling barbel dace loach char gudgeon lampreys crayfish smelt zander catfish shrimps");

    private static string[] Split(string words) => words.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
}
