/** What some work took: time on the clock, and CPU time of this process, all its threads together. */
export interface Cost {
  messages: number;
  wallMs: number;
  cpuMs: number;
}

/** Starts measuring; the function it returns ends that, for so many messages. */
export function measure(): (messages: number) => Cost {
  const cpu = process.cpuUsage();
  const since = performance.now();
  return (messages) => {
    const wallMs = performance.now() - since;
    const { user, system } = process.cpuUsage(cpu);
    return { messages, wallMs, cpuMs: (user + system) / 1000 };
  };
}

export function perSecond({ messages, wallMs }: Cost): number {
  return (messages / wallMs) * 1000;
}

export function cpuMicroseconds({ messages, cpuMs }: Cost): number {
  return (cpuMs / messages) * 1000;
}
