using System.ComponentModel.DataAnnotations;

namespace Madang.Wallet;

/// <summary>Settings of the wallet: the section <c>Wallet</c>. Amounts are in minor units of the currency.</summary>
public sealed class WalletOptions
{
    /// <summary>ISO 4217. A point is one minor unit of it. Not to be changed once there are points. Default KRW, which has no smaller unit.</summary>
    [RegularExpression("^[A-Z]{3}$")]
    public string Currency { get; set; } = "KRW";

    /// <summary>The smallest charge. Default 1,000.</summary>
    [Range(1, long.MaxValue)]
    public long MinCharge { get; set; } = 1_000;

    /// <summary>The largest charge. Default 1,000,000.</summary>
    [Range(1, 1_000_000_000_000)]
    public long MaxCharge { get; set; } = 1_000_000;

    /// <summary>What a member may charge in 24 hours. Default 5,000,000.</summary>
    [Range(1, 1_000_000_000_000)]
    public long MaxChargedPerDay { get; set; } = 5_000_000;

    /// <summary>What a member may own by charging; sales may go above it. Default 20,000,000.</summary>
    [Range(1, 1_000_000_000_000)]
    public long MaxBalance { get; set; } = 20_000_000;

    /// <summary>Charges of one member that may be open at a time. Default 10.</summary>
    [Range(1, 1000)]
    public int MaxOpenCharges { get; set; } = 10;

    /// <summary>The amounts that the page offers.</summary>
    public long[] Presets { get; set; } = [];

    /// <summary>How long a payment may take before its charge is given up, in minutes. What arrives later is taken all the same. Default 30.</summary>
    [Range(1, 1440)]
    public int CheckoutMinutes { get; set; } = 30;

    /// <summary>When the provider is first asked about a charge from which nothing was heard, in seconds; the pauses double after that. Default 60.</summary>
    [Range(1, 3600)]
    public int LookAfterSeconds { get; set; } = 60;

    /// <summary>How long after its payment a charge can be refunded, in days. Default 180.</summary>
    [Range(0, 3650)]
    public int RefundDays { get; set; } = 180;

    /// <summary>The IANA name of the zone whose midnight ends a day of the books. Default Asia/Seoul.</summary>
    public string TimeZone { get; set; } = "Asia/Seoul";

    /// <summary>
    /// The built-in provider that takes no money: <c>true</c>, <c>false</c>, or <c>auto</c>: on unless a real provider or a <c>Web:PublicUrl</c> elsewhere is configured. Default: <c>auto</c> in development,
    /// otherwise <c>false</c>.
    /// </summary>
    [RegularExpression("^(?i:true|false|auto)$")]
    public string? Sandbox { get; set; }

    /// <summary>Toss Payments; off until it has a secret key.</summary>
    public TossOptions Toss { get; set; } = new();
}

/// <summary>Toss Payments: the section <c>Wallet:Toss</c>.</summary>
public sealed class TossOptions
{
    /// <summary>The secret key from the merchant's console: <c>live_sk_…</c> or <c>test_sk_…</c>.</summary>
    public string? SecretKey { get; set; }

    /// <summary>The API's address. Default https://api.tosspayments.com.</summary>
    public string Address { get; set; } = "https://api.tosspayments.com";

    /// <summary>The payment method of the checkout page. Default <c>CARD</c>.</summary>
    public string Method { get; set; } = "CARD";
}
